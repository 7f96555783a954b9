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
#include "archive/work.h"
#include "base/io.h"

/* A look at all directories, whatever inotify says, and retention. */
#define ROUND_MS 60000

struct loop {
	struct daemon *d;
	struct work work;
	int64_t round_due; /* monotonic ms */
	bool again;        /* something has arrived since the round began */
	bool stop;
	uint64_t failed; /* when the round began */
	bool round_failed, retention_failed;
};

static void tell_expired(void *context, const struct expired *e)
{
	(void)context;
	event_expired(e);
}

static void retain(struct loop *l)
{
	struct expire e = {
	    .depot = &l->d->depot, .config = l->d->config, .now = time(NULL), .tell = tell_expired};

	l->retention_failed = !expire_run(&e);
	if (l->retention_failed)
		event_expire_failed(e.reason);
	else if (e.excess > 0)
		event_excess(e.excess);
}

static void begin_round(struct loop *l)
{
	l->again = false;
	l->failed = l->work.failed;
	l->round_due = io_monotonic_ms() + ROUND_MS;
	work_begin(&l->work);
}

/* As many workers as there are processors. */
static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORK_MAX ? WORK_MAX : (unsigned)n;
}

static bool begin_work(struct loop *l)
{
	if (!work_init(&l->work, &l->d->depot, l->d->config, &l->d->sources, processors()))
		return false;
	begin_round(l);
	return true;
}

/* What is at work is abandoned, and stays where it is: the next round takes it. */
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
	sources_close(&l->d->sources);
	config_free(l->d->config);
	l->d->sources = sources;
	l->d->config = c;
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
		else
			l->stop = true;
	}
}

static int until_round(const struct loop *l)
{
	int64_t left = l->round_due - io_monotonic_ms();

	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void wait(struct loop *l)
{
	struct pollfd p[WORK_MAX + 2] = {{.fd = l->d->signals, .events = POLLIN},
	    {.fd = l->d->sources.inotify, .events = POLLIN}};
	size_t n = work_channels(&l->work, p + 2);

	if (poll(p, n + 2, work_is_done(&l->work) ? until_round(l) : -1) < 0)
		return; /* EINTR */
	work_go_on(&l->work, p + 2, n);
	if (p[1].revents)
		l->again |= sources_have_news(&l->d->sources);
	if (p[0].revents)
		take_signals(l);
}

static void end_round(struct loop *l)
{
	l->round_failed = l->work.failed > l->failed;
	retain(l);
	l->stop |= l->d->once;
}

bool daemon_run(struct daemon *d)
{
	struct loop l = {.d = d};
	bool over = false; /* the round, and what follows from it */

	if (!begin_work(&l))
		return false;
	while (!l.stop) {
		work_start(&l.work);
		if (work_is_done(&l.work) && !over) {
			end_round(&l);
			over = true;
		} else if (over && (l.again || until_round(&l) == 0)) {
			begin_round(&l);
			over = false;
		} else {
			wait(&l);
			over &= work_is_done(&l.work);
		}
	}
	work_free(&l.work);
	return !l.round_failed && !l.retention_failed;
}
