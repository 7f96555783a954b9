/* daemon: see daemon.h. */
#include "publish/daemon.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/problem.h"
#include "publish/arrivals.h"
#include "publish/events.h"
#include "publish/lines.h"
#include "publish/outlet.h"
#include "publish/recordings.h"
#include "publish/roles.h"
#include "publish/roster.h"

#define TICK_MS 50   /* status areas are asked whether they have changed */
#define GAP_MS  4    /* at least, from one turn to the next: what comes meanwhile is one */
#define LOOK_MS 1000 /* directories that are not watched yet */
/* From one recording of a client to its next, at rotation, where a connection is not listed: where
 * others are, it was a short one, and has ended. */
#define QUIET_MS 1000
#define SHORT_MS (2 * TICK_MS)

#define AGAIN_MS 1000 /* before the sender is started again */

struct loop {
	struct daemon *d;
	struct outlet outlet;
	struct arrivals arrivals;
	struct recordings recordings;
	struct roster roster;
	struct lines lines;
	int64_t look_at, turned; /* monotonic ms */
	bool has_status, told_status;
	bool begun;  /* what is met from now on began after this did */
	bool missed; /* directories have to be looked through */
	bool again;  /* a turn is due at once */
	bool stop, broken;
};

static void fail(struct loop *l)
{
	event_failed(strerror(errno));
	l->stop = l->broken = true;
}

/* ---- events ---- */

static void lose_sender(struct loop *l)
{
	outlet_kill(&l->outlet);
}

static void publish(struct loop *l, const char *event, const char *client, const char *text)
{
	if (l->outlet.orders >= 0 && !outlet_event(&l->outlet, event, client, text))
		lose_sender(l);
}

static void connected(struct loop *l, const char *client)
{
	event_connected(client);
	publish(l, "connect", client, NULL);
}

/* What was there before this began is not news. */
static void take_row(void *of, const struct roster_row *row)
{
	struct loop *l = of;
	bool begun;

	if (!lines_listed(&l->lines, row->server, row->order, row->stem, &begun))
		fail(l);
	else if (begun && l->begun)
		connected(l, row->stem);
}

static void tell_status(struct loop *l)
{
	bool has = l->roster.finder.n > 0;

	if (has != l->has_status || (!has && !l->told_status))
		event_status(has                    ? NULL
			     : l->roster.finder.why ? l->roster.finder.why
						    : "no server with this configuration");
	l->has_status = has;
	l->told_status = true;
}

static void look_at_status(struct loop *l)
{
	if (!roster_look(&l->roster, l->d->config)) {
		fail(l);
		return;
	}
	tell_status(l);
	lines_look(&l->lines);
	roster_each(&l->roster, l->d->config, take_row, l);
	lines_looked(&l->lines);
}

/* ---- captures ---- */

/* The event of its connection comes before its first record. */
static void add(struct loop *l, const struct place_file *f, bool from_here)
{
	struct recording *k;
	bool begun;

	if (!from_here) {
		if (roster_changed(&l->roster))
			look_at_status(l);
		if (!lines_recording(
			&l->lines, f->parts.stem, f->recording, io_monotonic_ms(), &begun)) {
			close(f->fd);
			fail(l);
			return;
		}
		if (begun)
			connected(l, f->parts.stem);
	}
	k = recordings_add(&l->recordings, f, from_here ? (uint64_t)f->st.st_size : 0);
	if (!k) {
		event_not_followed(f->directory, f->name, strerror(errno));
		return;
	}
	event_following(k);
}

/* At rotation a file appears when the one before it is finished: its records come after those. */
static void hand_on(struct loop *l)
{
	for (size_t i = 0; i < l->recordings.n && l->outlet.orders >= 0; i++) {
		struct recording *k = &l->recordings.v[i];

		if (k->process.from < 0 || recordings_waits(&l->recordings, k))
			continue;
		if (!outlet_follow(&l->outlet, k->id, k->stem, k->process.from))
			lose_sender(l);
		close(k->process.from);
		k->process.from = -1;
	}
}

/* A name that has appeared. */
static void take_arrival(void *of, int dir, const char *path, const char *name)
{
	struct loop *l = of;
	struct place_file f;

	errno = 0;
	if (l->outlet.orders < 0)
		return;
	if (!places_open(dir, path, name, &f)) {
		if (errno != 0 && errno != ENOENT && errno != ELOOP)
			event_not_followed(path, name, strerror(errno));
	} else if (recordings_have(&l->recordings, f.st.st_dev, f.st.st_ino)) {
		close(f.fd);
	} else {
		add(l, &f, false);
	}
}

static bool is_followed(void *of, dev_t dev, ino_t ino, const char *name)
{
	struct loop *l = of;

	(void)name;
	return recordings_have(&l->recordings, dev, ino);
}

static bool take_present(void *of, const struct place_file *f)
{
	struct loop *l = of;

	if (f->recording && l->outlet.orders >= 0)
		add(l, f, !l->begun);
	else
		close(f->fd);
	return !l->broken;
}

static void tell_directory(void *of, const char *text)
{
	(void)of;
	event_directory(text);
}

/* Recordings that nobody has told of. */
static void look_through(struct loop *l)
{
	struct places_visitor v = {
	    .is_known = is_followed, .take = take_present, .trouble = tell_directory, .of = l};

	places_look(l->d->config, &v);
	l->missed = false;
}

static void watch(struct loop *l)
{
	bool fresh;

	if (!arrivals_look(&l->arrivals, l->d->config, &fresh))
		fail(l);
	l->missed |= fresh;
	l->look_at = io_monotonic_ms() + LOOK_MS;
}

/* All of it was published. */
static void end_finished(struct loop *l)
{
	for (size_t i = l->recordings.n; i > 0; i--) {
		struct recording *k = &l->recordings.v[i - 1];

		if (!k->finished || !k->ended)
			continue;
		if (!k->removed) {
			event_published(k);
			publish(l, "closingtracefile", k->stem, k->path);
		}
		recordings_remove(&l->recordings, k);
	}
}

static void take_report(struct loop *l, const struct report *r)
{
	struct recording *k = recordings_find(&l->recordings, r->id);

	if (!k)
		return;
	if (r->what == REPORT_TROUBLE) {
		event_unreadable(k);
		k->told = true;
	} else if (r->what == REPORT_WRONG) {
		event_reader_failed(k);
		k->told = true;
	} else if (r->what == REPORT_ENDED) {
		if (!k->told)
			event_reader_failed(k);
		k->ended = true;
	}
}

static void take_reports(struct loop *l)
{
	bool ended = false;
	struct report r;

	while (l->outlet.orders >= 0 && outlet_report(&l->outlet, &r, &ended))
		take_report(l, &r);
	if (ended)
		lose_sender(l);
}

/* ---- connections ---- */

static bool is_busy(void *of, const char *stem)
{
	return recordings_finishing(of, stem);
}

static bool has_any(void *of, const char *stem)
{
	return recordings_of(of, stem);
}

static void end_lines(struct loop *l)
{
	struct lines_world w = {.busy = is_busy,
	    .has = has_any,
	    .of = &l->recordings,
	    .quiet = l->has_status ? SHORT_MS : QUIET_MS};
	char client[CAPNAME_STEM_MAX];

	while (lines_ended(&l->lines, &w, io_monotonic_ms(), client)) {
		event_disconnected(client);
		publish(l, "disconnect", client, NULL);
	}
	l->again = lines_turn(&l->lines);
}

/* ---- the sender ---- */

/* With what is there now, as at the start of all. */
static bool begin(struct loop *l)
{
	struct sender_task task = {
	    .endpoint = gate_endpoint(&l->d->gate), .queue = (int)l->d->config->publisher.queue};

	if (!outlet_start(&l->outlet, publish_roles_sender(), l->d->gate.fd, &task))
		return false;
	l->begun = false;
	look_at_status(l);
	watch(l);
	look_through(l);
	l->begun = true;
	return !l->broken;
}

static void begin_again(struct loop *l)
{
	const struct timespec pause = {
	    .tv_sec = AGAIN_MS / 1000, .tv_nsec = AGAIN_MS % 1000 * 1000000L};

	event_sender_failed();
	recordings_free(&l->recordings);
	lines_free(&l->lines);
	nanosleep(&pause, NULL);
	if (!begin(l) && !l->broken)
		fail(l);
}

/* ---- a turn ---- */

/* Names come before reports: what is forgotten when it has ended must not be met once more. */
static void turn(struct loop *l)
{
	struct arrivals_visitor v = {take_arrival, l};
	int64_t now = io_monotonic_ms();

	if (log_renew_due() <= now)
		log_renew(now); /* a syslog daemon that was restarted has another socket */
	if (!arrivals_take(&l->arrivals, &v)) {
		event_overflow();
		l->missed = true;
	}
	take_reports(l);
	end_finished(l);
	if (now >= l->look_at)
		watch(l);
	if (roster_changed(&l->roster))
		look_at_status(l);
	if (l->missed)
		look_through(l);
	recordings_wake(&l->recordings);
	hand_on(l);
	end_lines(l);
	if (l->outlet.orders < 0 && !l->stop)
		begin_again(l);
	l->turned = now;
}

/* ---- signals ---- */

static void warn_restart(const struct config *old, const struct config *c)
{
	const struct config_publisher *a = &old->publisher, *b = &c->publisher;
	struct problems p = {0};

	if (!gate_same(a, b) || a->queue != b->queue)
		problem_warning(
		    &p, c->names.v[0], 0, "ip, port, bind and queue change with a restart only");
	if (old->server.sandbox != c->server.sandbox)
		problem_warning(&p, c->names.v[0], 0, "sandbox changes with a restart only");
	problems_log(&p);
	problems_free(&p);
}

static void reload(struct loop *l)
{
	struct daemon *d = l->d;
	struct config *c = d->reload(d->context);

	if (!c) {
		event_not_reloaded();
		return;
	}
	warn_restart(d->config, c);
	roster_end(&l->roster); /* it looks for the old one's name */
	config_free(d->config);
	d->config = c;
	log_set_level((enum log_level)c->server.log_level);
	event_reload(c);
	watch(l);
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
	    {.fd = l->arrivals.inotify, .events = POLLIN},
	    {.fd = l->outlet.process.from, .events = POLLIN}};
	int64_t left = l->turned + GAP_MS - io_monotonic_ms();

	if (left > 0)
		poll(p, 1, (int)left);
	poll(p, sizeof(p) / sizeof(*p), l->again ? 0 : TICK_MS);
	take_signals(l);
}

bool daemon_run(struct daemon *d)
{
	struct loop l = {.d = d};

	roster_begin(&l.roster);
	if (!arrivals_begin(&l.arrivals) || !begin(&l)) {
		fail(&l);
	} else {
		event_publishing(d->gate.name, d->config);
		d->ready(d->context);
	}
	while (!l.stop) {
		wait(&l);
		turn(&l);
	}
	outlet_stop(&l.outlet);
	recordings_free(&l.recordings);
	lines_free(&l.lines);
	roster_end(&l.roster);
	arrivals_end(&l.arrivals);
	return !l.broken;
}
