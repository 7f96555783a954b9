/* daemon: see daemon.h. */
#include "publish/daemon.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cstr.h"
#include "base/io.h"
#include "base/log.h"
#include "base/problem.h"
#include "config/required.h"
#include "publish/events.h"
#include "publish/roles.h"
#include "publish/scene.h"

#define GAP_MS        4 /* at least, from one turn to the next: what comes meanwhile is one */
#define AGAIN_SECONDS 1 /* before the sender is started again */

struct loop {
	struct daemon *d;
	struct scene scene;
	int64_t turned; /* monotonic ms */
	bool stop;
};

static void fail(struct loop *l)
{
	event_failed(strerror(errno));
	l->scene.broken = true;
}

/* ---- the sender ---- */

/* With what is there now, as at the start of all. */
static bool begin(struct loop *l)
{
	struct sender_task task = {
	    .endpoint = gate_endpoint(&l->d->gate), .queue = (int)l->d->config->publisher.queue};

	if (!outlet_start(&l->scene.outlet, publish_roles_sender(), l->d->gate.fd, &task)) {
		fail(l);
		return false;
	}
	return scene_begin(&l->scene);
}

static void begin_again(struct loop *l)
{
	const struct timespec pause = {.tv_sec = AGAIN_SECONDS};

	event_sender_failed();
	scene_forget(&l->scene);
	nanosleep(&pause, NULL);
	begin(l);
}

/* ---- signals ---- */

static void warn_restart(const struct config *old, const struct config *c)
{
	const struct config_publisher *a = &old->publisher, *b = &c->publisher;
	struct problems p = {0};

	if (!gate_same(a, b) || a->queue != b->queue)
		problem_warning(
		    &p, c->names.v[0], 0, "ip, port, bind and queue change with a restart only");
	if (!cstr_equal(a->user, b->user) || !cstr_equal(a->group, b->group) ||
	    !cstr_equal(a->pid_file, b->pid_file))
		problem_warning(
		    &p, c->names.v[0], 0, "user, group and pid-file change with a restart only");
	if (old->server.sandbox != c->server.sandbox)
		problem_warning(&p, c->names.v[0], 0, "sandbox changes with a restart only");
	problems_log(&p);
	problems_free(&p);
}

static void reload(struct loop *l)
{
	struct daemon *d = l->d;
	struct config *c = required_examine_again(d->file, REQUIRED_PUBLISHER);

	if (!c) {
		event_not_reloaded();
		return;
	}
	warn_restart(d->config, c);
	scene_configure(&l->scene, c);
	config_free(d->config);
	d->config = c;
	log_set_level((enum log_level)c->server.log_level);
	event_reload(c);
}

static void take_signals(struct loop *l)
{
	struct signalfd_siginfo si;

	while (read(l->d->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP)
			reload(l);
		else
			l->stop = true;
	}
}

/* ---- the loop ---- */

static void wait(struct loop *l)
{
	struct pollfd p[] = {{.fd = l->d->signals, .events = POLLIN},
	    {.fd = l->scene.arrivals.inotify, .events = POLLIN},
	    {.fd = l->scene.outlet.process.from, .events = POLLIN}};
	int64_t left = l->turned + GAP_MS - io_monotonic_ms();

	if (left > 0)
		poll(p, 1, (int)left);
	poll(p, sizeof(p) / sizeof(*p), l->scene.again ? 0 : SCENE_TICK_MS);
	take_signals(l);
}

static void turn(struct loop *l)
{
	int64_t now = io_monotonic_ms();

	if (log_renew_due() <= now)
		log_renew(now); /* a syslog daemon that was restarted has another socket */
	scene_turn(&l->scene);
	if (l->scene.outlet.orders < 0 && !l->stop && !l->scene.broken)
		begin_again(l);
	l->turned = now;
}

bool daemon_run(struct daemon *d)
{
	struct loop l = {.d = d, .scene = {.config = d->config, .outlet = {.orders = -1}}};

	if (!arrivals_begin(&l.scene.arrivals)) {
		fail(&l);
	} else if (begin(&l)) {
		event_publishing(d->gate.name, d->config);
		start_ready(&d->start->notify, &d->start->background);
	}
	while (!l.stop && !l.scene.broken) {
		wait(&l);
		turn(&l);
	}
	scene_end(&l.scene);
	return !l.scene.broken;
}
