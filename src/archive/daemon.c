/* daemon: see daemon.h. */
#include "archive/daemon.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "archive/adopt.h"
#include "archive/events.h"
#include "archive/handover.h"
#include "archive/reload.h"
#include "archive/retention.h"
#include "archive/work.h"
#include "base/io.h"
#include "base/log.h"
#include "base/processors.h"
#include "config/required.h"

/* A look at all directories, whatever inotify says, and retention. */
#define ROUND_MS 60000

/* Retention comes so long after captures that were archived while others are still at work. */
#define RETAIN_MS 1000

/* A look at workers that may hang. */
#define LOOK_MS 10000

/* One that hangs must not keep all others waiting. */
#define AT_ONCE_LEAST 2

struct loop {
	struct daemon *d;
	struct work work;
	struct memo left, failing; /* work's */
	struct handover handover;
	struct retention retention;
	int64_t round_due;  /* monotonic ms */
	int64_t retain_due; /* also while a round takes long */
	int64_t look_due;
	bool again;        /* something has arrived since the round began */
	bool stop, broken; /* broken: it cannot go on */
	uint64_t failed;   /* when the round began */
	bool round_failed;
};

static void init_work(struct loop *l)
{
	unsigned n = processors_online(WORK_MAX);

	if (work_init(&l->work, &l->d->depot, l->d->config, &l->d->sources,
		n < AT_ONCE_LEAST ? AT_ONCE_LEAST : n)) {
		l->work.trouble.left = &l->left;
		l->work.trouble.failing = &l->failing;
		return;
	}
	event_failed(strerror(errno));
	l->stop = l->broken = true;
}

/* What is at work there is abandoned with the directory that it lies in. */
static void follow(struct loop *l)
{
	if (!sources_look(&l->d->sources))
		return;
	work_free(&l->work);
	sources_reopen(&l->d->sources, l->d->config);
	init_work(l);
}

/* It stops when somebody has removed or replaced the index: the next start tells what is there. */
static bool has_index(struct loop *l)
{
	char reason[DEPOT_REASON_MAX];

	if (depot_has_index(&l->d->depot, reason))
		return true;
	if (!l->broken)
		event_failed(reason);
	l->stop = l->broken = true;
	return false;
}

static void begin_round(struct loop *l)
{
	int64_t now = io_monotonic_ms();

	if (log_renew_due() <= now)
		log_renew(now); /* a syslog daemon that was restarted has another socket */
	follow(l);
	l->again = false;
	l->failed = l->work.trouble.failed;
	l->round_due = now + ROUND_MS;
	if (!l->broken && has_index(l))
		work_begin(&l->work);
}

static void begin_work(struct loop *l)
{
	init_work(l);
	if (!l->broken)
		begin_round(l);
}

static void retain(struct loop *l)
{
	if (!has_index(l))
		return;
	retention_run(&l->retention, &l->d->depot, l->d->config);
	l->retain_due = io_monotonic_ms() + ROUND_MS;
}

/* What is at work is abandoned, and stays where it is: the next round takes it. Commands that run
 * go on. */
static void reload(struct loop *l)
{
	struct daemon *d = l->d;
	struct config *c = required_examine_again(d->file, REQUIRED_ARCHIVE);
	struct sources sources;

	if (!reload_accept(d->config, c, &sources))
		return;
	work_free(&l->work);
	memo_free(&l->failing); /* the new one may have another place for them */
	l->handover.config = c;
	d->depot.path = c->archive.path; /* the same, but the old text goes */
	sources_close(&d->sources);
	config_free(d->config);
	d->sources = sources;
	d->config = c;
	log_set_level((enum log_level)c->server.log_level);
	event_reload(c);
	l->retention.jump = (struct jump){0};
	begin_work(l);
}

/* Also at what could not be archived a moment ago: somebody may have seen to it. */
static void begin_now(struct loop *l)
{
	work_retry(&l->work);
	l->round_due = 0;
	handover_now(&l->handover);
}

static void take_signals(struct loop *l)
{
	struct signalfd_siginfo si;

	while (read(l->d->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP)
			reload(l);
		else if (si.ssi_signo == SIGUSR1)
			begin_now(l);
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

/* Of a full filesystem it is not worth while to try what has arrived, until the next look. */
static bool may_begin(const struct loop *l)
{
	return l->retention.more || (l->again && !l->work.no_room);
}

/* Milliseconds for poll(); -1: until something comes. */
static int how_long(const struct loop *l)
{
	int ms = least(until(work_due(&l->work)), handover_due(&l->handover));

	if (l->work.more)
		return 0;
	if (l->work.active > 0)
		ms = least(ms, until(l->look_due));
	ms = least(ms, until(notify_due(l->d->notify)));
	if (!l->d->once)
		ms = least(ms, until(l->retain_due));
	if (!l->d->once && !l->work.reading)
		ms = least(ms, until(l->round_due));
	return ms == INT_MAX ? -1 : ms;
}

static void note_missed(struct loop *l)
{
	l->again |= l->work.missed;
	l->work.missed = false;
}

static void go_on(struct loop *l, const struct pollfd *p, size_t n)
{
	work_go_on(&l->work, p, n);
	if (until(work_due(&l->work)) > 0)
		return;
	work_settle(&l->work);
	if (until(l->retain_due) > RETAIN_MS)
		l->retain_due = io_monotonic_ms() + RETAIN_MS;
}

static void look_after(struct loop *l)
{
	if (until(l->look_due) > 0)
		return;
	work_look_after(&l->work);
	l->look_due = io_monotonic_ms() + LOOK_MS;
}

/* Commands come behind the signals, one of which says that one has ended: it would be lost else. A
 * reload begins all work anew: captures come before. */
static void wait(struct loop *l, int ms)
{
	struct pollfd p[WORK_CHANNELS + CONFIG_AT_ONCE_MAX + 2] = {
	    {.fd = l->d->signals, .events = POLLIN},
	    {.fd = l->d->sources.inotify, .events = POLLIN}};
	size_t n = work_channels(&l->work, p + 2);
	size_t all = n + 2 + handover_channels(&l->handover, p + 2 + n);

	notify_tick(l->d->notify, io_monotonic_ms());
	if (poll(p, all, ms) < 0)
		return; /* EINTR */
	go_on(l, p + 2, n);
	note_missed(l);
	look_after(l);
	if (p[1].revents)
		l->again |= sources_have_news(&l->d->sources);
	if (p[0].revents)
		take_signals(l);
	handover_go_on(&l->handover);
	if (!l->d->once && until(l->retain_due) == 0)
		retain(l);
}

/* What is wrong with a directory is said once, and when it is over. False: something is. */
static bool tell_sources(struct sources *s)
{
	bool well = true;

	for (size_t i = 0; i < s->n; i++) {
		struct source *from = &s->v[i];

		if (from->followed)
			event_source_followed(from->path);
		else if (from->error != from->told)
			event_source(from->path, from->error);
		from->followed = false;
		from->told = from->error;
		well &= from->error == 0;
	}
	return well;
}

/* A single round ends when each file that waits has had its turn; retention comes after that.
 * Others end when all was looked at: what is at work then, a large capture say, keeps what has
 * arrived meanwhile from nothing. */
static bool round_is_over(const struct loop *l)
{
	if (l->d->once)
		return work_is_done(&l->work) && handover_is_idle(&l->handover);
	return work_is_done(&l->work) ||
	       (!l->work.reading && (may_begin(l) || until(l->round_due) == 0));
}

static void end_round(struct loop *l)
{
	l->round_failed = l->work.trouble.failed > l->failed;
	if (!tell_sources(&l->d->sources))
		l->round_failed = true;
	retain(l);
	l->stop |= l->d->once && !l->retention.more;
}

/* Some may have their turn later, after a failure, or after many of others. */
static bool all_handed_over(struct loop *l)
{
	uint64_t files;

	if (!handover_waiting(&l->handover, &files))
		return false;
	if (files > 0)
		event_not_all_handed(files);
	return files == 0 && l->handover.failed == 0;
}

bool daemon_run(struct daemon *d)
{
	struct loop l = {.d = d, .retain_due = io_monotonic_ms() + ROUND_MS};
	char reason[DEPOT_REASON_MAX];
	bool over = false; /* the round, and what follows from it */

	if (!handover_init(&l.handover, &d->depot, d->config)) {
		event_failed(strerror(errno));
		return false;
	}
	if (!adopt_run(&d->depot, d->config, reason))
		event_failed(reason);
	begin_work(&l);
	while (!l.stop) {
		work_start(&l.work);
		handover_start(&l.handover);
		if (!over && round_is_over(&l)) {
			end_round(&l);
			over = true;
		} else if (over && (may_begin(&l) || until(l.round_due) == 0)) {
			begin_round(&l);
			over = false;
			wait(&l,
			    0); /* retention may have much to do: a look at signals in between */
		} else {
			wait(&l, how_long(&l));
			over &= work_is_done(&l.work);
		}
	}
	work_free(&l.work);
	handover_stop(&l.handover);
	memo_free(&l.left);
	memo_free(&l.failing);
	if (!d->once)
		return !l.broken;
	return all_handed_over(&l) && !l.broken && !l.round_failed && !l.retention.failed &&
	       l.work.trouble.nrefused == 0;
}
