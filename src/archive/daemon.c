/* daemon: see daemon.h. */
#include "archive/daemon.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "archive/events.h"
#include "archive/expire.h"
#include "archive/handover.h"
#include "archive/work.h"
#include "base/io.h"
#include "base/log.h"
#include "base/processors.h"

/* A look at all directories, whatever inotify says, and retention. */
#define ROUND_MS 60000

/* From one line about files that retention may not delete to the next. */
#define HELD_S 3600

/* Files that are deleted between two looks at what has arrived and at signals. */
#define DELETED_MOST 1000

/* A packed capture waits so long for others, with which it shares syncs and a commit. */
#define TOGETHER_MS 200

struct loop {
	struct daemon *d;
	struct work work;
	struct handover handover;
	int64_t held_due;   /* seconds since 1970 */
	int64_t round_due;  /* monotonic ms */
	int64_t settle_due; /* of what is packed */
	bool again;         /* something has arrived since the round began */
	bool stop;
	uint64_t failed; /* when the round began */
	bool round_failed, retention_failed;
	bool more_expired; /* retention has more to do */
};

static void tell_expired(void *context, const struct expired *e)
{
	(void)context;
	event_expired(e);
}

static bool is_required(const struct config *c)
{
	return c->archive.hand_over.present && c->archive.hand_over.required;
}

/* Retention cannot do its work while files wait that must be handed over first: said once an hour,
 * or when the clock was set back. */
static void tell_held(struct loop *l, struct expire *e)
{
	struct expire_held held;

	if (!is_required(l->d->config) || (e->now < l->held_due && l->held_due <= e->now + HELD_S))
		return;
	if (!expire_held(e, &held)) {
		event_expire_failed(e->reason);
	} else if (held.files > 0) {
		event_held(&held);
		l->held_due = e->now + HELD_S;
	}
}

static void retain(struct loop *l)
{
	struct expire e = {.depot = &l->d->depot,
	    .config = l->d->config,
	    .now = time(NULL),
	    .most = DELETED_MOST,
	    .tell = tell_expired};

	l->retention_failed = !expire_run(&e);
	l->more_expired = e.more;
	if (l->retention_failed)
		event_expire_failed(e.reason);
	else if (e.excess > 0)
		event_excess(e.excess, is_required(l->d->config));
	if (!l->retention_failed && !e.more)
		tell_held(l, &e);
}

static void begin_round(struct loop *l)
{
	int64_t now = io_monotonic_ms();

	if (log_renew_due() <= now)
		log_renew(now); /* a syslog daemon that was restarted has another socket */
	l->again = false;
	l->more_expired = false;
	l->failed = l->work.failed;
	l->round_due = now + ROUND_MS;
	work_begin(&l->work);
}

static bool begin_work(struct loop *l)
{
	if (!work_init(
		&l->work, &l->d->depot, l->d->config, &l->d->sources, processors_online(WORK_MAX)))
		return false;
	begin_round(l);
	return true;
}

/* What is at work is abandoned, and stays where it is: the next round takes it. Commands that run
 * go on. */
static void reload(struct loop *l)
{
	struct config *c = l->d->reload(l->d->context);
	struct sources sources;
	struct problems problems = {0};

	if (!c || !sources_open(&sources, c, &problems)) {
		problems_log(&problems);
		problems_free(&problems);
		event_not_reloaded();
		config_free(c);
		return;
	}
	problems_free(&problems);
	work_free(&l->work);
	l->handover.config = c;
	sources_close(&l->d->sources);
	config_free(l->d->config);
	l->d->sources = sources;
	l->d->config = c;
	log_set_level((enum log_level)c->server.log_level);
	event_reload(c);
	l->stop = !begin_work(l);
}

static void take_signals(struct loop *l)
{
	struct signalfd_siginfo si;

	while (read(l->d->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP)
			reload(l);
		else if (si.ssi_signo == SIGUSR1)
			l->round_due = 0;
		else if (si.ssi_signo != SIGCHLD)
			l->stop = true;
	}
}

static int until(int64_t due)
{
	int64_t left = due - io_monotonic_ms();

	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int until_settled(const struct work *w, int64_t due)
{
	if (w->packed == 0)
		return INT_MAX;
	return work_should_settle(w) ? 0 : until(due);
}

/* Milliseconds for poll(); -1: until something comes. */
static int how_long(const struct loop *l)
{
	int round = work_is_done(&l->work) && !l->d->once ? until(l->round_due) : INT_MAX;
	int settled = until_settled(&l->work, l->settle_due);
	int ms = least(least(round, settled), handover_due(&l->handover));

	return ms == INT_MAX ? -1 : ms;
}

static void go_on(struct loop *l, const struct pollfd *p, size_t n)
{
	unsigned before = l->work.packed;

	work_go_on(&l->work, p, n);
	if (before == 0 && l->work.packed > 0)
		l->settle_due = io_monotonic_ms() + TOGETHER_MS;
	if (until_settled(&l->work, l->settle_due) == 0)
		work_settle(&l->work);
}

static void wait(struct loop *l)
{
	struct pollfd p[WORK_MAX + CONFIG_AT_ONCE_MAX + 2] = {
	    {.fd = l->d->signals, .events = POLLIN},
	    {.fd = l->d->sources.inotify, .events = POLLIN}};
	size_t n = work_channels(&l->work, p + 2);
	size_t all = n + 2 + handover_channels(&l->handover, p + 2 + n);

	if (poll(p, all, how_long(l)) < 0)
		return; /* EINTR */
	go_on(l, p + 2, n);
	handover_go_on(&l->handover);
	if (p[1].revents)
		l->again |= sources_have_news(&l->d->sources);
	if (p[0].revents)
		take_signals(l);
}

static void end_round(struct loop *l)
{
	l->round_failed = l->work.failed > l->failed;
	retain(l);
	l->stop |= l->d->once && !l->more_expired;
}

/* A single round ends when each file that waits has had its turn; retention comes after that. */
static bool may_end(const struct loop *l)
{
	return !l->d->once || handover_is_idle(&l->handover);
}

/* Of a full filesystem it is not worth while to try what has arrived, until the next look. */
static bool may_begin(const struct loop *l)
{
	return l->more_expired || (l->again && !l->work.no_room);
}

bool daemon_run(struct daemon *d)
{
	struct loop l = {.d = d};
	bool over = false; /* the round, and what follows from it */

	if (!handover_init(&l.handover, &d->depot, d->config) || !begin_work(&l))
		return false;
	while (!l.stop) {
		work_start(&l.work);
		handover_start(&l.handover);
		if (work_is_done(&l.work) && !over && may_end(&l)) {
			end_round(&l);
			over = true;
		} else if (over && (may_begin(&l) || until(l.round_due) == 0)) {
			begin_round(&l);
			over = false;
		} else {
			wait(&l);
			over &= work_is_done(&l.work);
		}
	}
	work_free(&l.work);
	handover_stop(&l.handover);
	return !l.round_failed && !l.retention_failed && l.handover.failed == 0;
}
