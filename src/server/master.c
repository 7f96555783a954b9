/* master: see master.h: the loop, signals, stopping. */
#include "server/master.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/io.h"
#include "base/log.h"
#include "base/pages.h"
#include "base/problem.h"
#include "server/accept.h"
#include "server/events.h"
#include "server/reap.h"
#include "server/reload.h"
#include "server/report.h"
#include "server/roles.h"
#include "server/state.h"
#include "server/timers.h"

/* The whole stop has a second more than a child. */
#define STOP_MAX_MS 10000

/* With one connection: files that earlier ones of that client left are repaired after this. */
#define REPAIR_AFTER_MS 2000

#define EVENTS 64
#define DAY_MS 86400000

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool reserve(struct master *m, unsigned slots)
{
	if (children_init(&m->children, slots)) {
		if (statpages_reserve(&m->pages, slots))
			return true;
		children_free(&m->children);
	}
	return false;
}

/* Slots for as many connections as any configuration may allow, so that a reload needs no more:
 * those that are not used take no memory. Where the kernel counts them all the same, or refuses,
 * only as many as the configuration wants now, and a reload cannot go beyond. */
static bool reserve_slots(struct master *m)
{
	unsigned wanted = m->generation->config->limits.connections;

	if (m->once)
		return reserve(m, 1);
	return (!pages_are_counted() && reserve(m, CONFIG_CONNECTIONS_MAX)) || reserve(m, wanted);
}

static bool open_all(struct master *m)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = TAG_SIGNALS};

	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	m->loop.signals = open_signals();
	m->door.spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return m->epoll >= 0 && m->loop.signals >= 0 && m->door.spare >= 0 &&
	       epoll_ctl(m->epoll, EPOLL_CTL_ADD, m->loop.signals, &e) == 0 && reserve_slots(m);
}

/* ---- signals ---- */

static void signal_children(const struct master *m, int sig)
{
	for (const struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k))
		if (k->pid > 0)
			kill(k->pid, sig);
}

static void stop(struct master *m)
{
	static const struct listeners none;

	if (m->loop.since)
		return;
	notify_stopping(&m->notify);
	m->loop.since = io_monotonic_ms();
	event_stopping(m->children.used);
	accept_listen(m, false);
	listen_close_unused(&m->door.listeners, &none);
	m->door.listeners.n = 0;
	for (struct child *k = children_first(&m->children); k; k = children_next(&m->children, k))
		reap_finish(m, k, ORDER_STOP);
}

static void status(const struct master *m)
{
	int64_t now = io_monotonic_ms();

	event_status(
	    m->children.used, m->children.unestablished, m->door.accepted, m->door.refused);
	for (const struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k))
		event_child_status(
		    k, statpages_slot(&m->pages, children_slot(&m->children, k)), now);
}

static void handle_signal(struct master *m, unsigned sig)
{
	switch (sig) {
	case SIGCHLD:
		reap_exited(m);
		break;
	case SIGTERM:
	case SIGINT:
		stop(m);
		break;
	case SIGQUIT:
		notify_stopping(&m->notify);
		m->loop.exiting = true;
		break;
	case SIGHUP:
		if (m->once)
			signal_children(
			    m, SIGHUP); /* the next connection reads the configuration anew */
		else if (!m->loop.since)
			reload(m);
		break;
	case SIGUSR1:
		signal_children(m, SIGUSR1);
		break;
	case SIGUSR2:
		status(m);
		break;
	default:
		break;
	}
}

static void read_signals(struct master *m)
{
	struct signalfd_siginfo si;

	while (!m->loop.exiting && read(m->loop.signals, &si, sizeof(si)) == sizeof(si))
		handle_signal(m, si.ssi_signo);
}

/* ---- time ---- */

static int64_t unless_stopping(const struct master *m, int64_t due)
{
	return m->loop.since ? TIMER_NEVER : due;
}

static int64_t suppressed_due(const struct master *m)
{
	return floods_due(&m->floods);
}

static void log_suppressed(struct master *m, int64_t now)
{
	floods_summaries(&m->floods, m->generation, now);
}

static int64_t syslog_due(const struct master *m)
{
	(void)m;
	return log_renew_due();
}

static void renew_syslog(struct master *m, int64_t now)
{
	(void)m;
	log_renew(now);
}

static int64_t notification_due(const struct master *m)
{
	return notify_due(&m->notify);
}

static void notify_manager(struct master *m, int64_t now)
{
	notify_tick(&m->notify, now);
}

static int64_t kill_due(const struct master *m)
{
	return m->loop.since && !m->loop.killed ? m->loop.since + REAP_FINISH_MS : TIMER_NEVER;
}

static void kill_children(struct master *m, int64_t now)
{
	(void)now;
	m->loop.killed = true;
	event_not_stopped(m->children.used); /* with none the loop has ended */
	signal_children(m, SIGKILL);
}

static int64_t give_up_due(const struct master *m)
{
	return m->loop.since && !m->loop.given_up ? m->loop.since + STOP_MAX_MS : TIMER_NEVER;
}

static void give_up(struct master *m, int64_t now)
{
	(void)now;
	m->loop.given_up = true;
}

static int64_t late_due(const struct master *m)
{
	return unless_stopping(m, m->ends.late_due);
}

static int64_t overdue_due(const struct master *m)
{
	return unless_stopping(m, m->ends.overdue_due);
}

/* With one connection there is one round: some time after its beginning, when a new file could be
 * mistaken for one that was left behind; at its end if that comes first. */
static int64_t repair_due(const struct master *m)
{
	int64_t due = m->repairs.due;

	if (m->repairs.pid)
		return TIMER_NEVER;
	if (m->once && m->children.used == 0 && due != TIMER_NEVER)
		due = 0;
	return unless_stopping(m, due);
}

static void repair(struct master *m, int64_t now)
{
	(void)now;
	repairs_want(&m->repairs, m->generation, &m->floods);
}

static int64_t keeper_due(const struct master *m)
{
	return unless_stopping(m, m->keepers.due);
}

static void start_keeper(struct master *m, int64_t now)
{
	(void)now;
	keepers_start(&m->keepers, m->generation, &m->floods);
}

static int64_t age_due(const struct master *m)
{
	return unless_stopping(m, m->loop.checked + DAY_MS);
}

/* Certificates and lists that were valid at the start may have expired since. */
static void check_age(struct master *m, int64_t now)
{
	struct problems problems = {0};

	m->loop.checked = now;
	if (m->generation->creds)
		creds_age(m->generation->creds, m->generation->config, &problems);
	problems_log(&problems);
	problems_free(&problems);
}

static int64_t rest_due(const struct master *m)
{
	return unless_stopping(m, m->door.resting_until);
}

static void end_rest(struct master *m, int64_t now)
{
	(void)now;
	m->door.resting_until = TIMER_NEVER;
}

static const struct timer timers[] = {
    {suppressed_due, log_suppressed},
    {syslog_due, renew_syslog},
    {notification_due, notify_manager},
    {kill_due, kill_children},
    {give_up_due, give_up},
    {late_due, reap_late},
    {overdue_due, reap_overdue},
    {repair_due, repair},
    {keeper_due, start_keeper},
    {age_due, check_age},
    {rest_due, end_rest},
};
#define TIMERS (sizeof(timers) / sizeof(*timers))

static void on_time(struct master *m)
{
	notify_status(&m->notify, m->children.used, m->children.unestablished, m->door.accepted,
	    m->door.refused);
	timers_run(timers, TIMERS, m, io_monotonic_ms());
	accept_resume(m);
}

/* ---- the loop ---- */

/* Events are read many at once: handling one may have ended what another one stands for. */
static void on_child(struct master *m, uint64_t slot)
{
	struct child *k = slot < m->children.size ? &m->children.slot[slot] : NULL;

	if (k && k->used && k->channel >= 0)
		reap_reports(m, k);
}

static void on_event(struct master *m, uint64_t tag)
{
	if (tag == TAG_SIGNALS)
		read_signals(m);
	else if (tag >= TAG_CHILD)
		on_child(m, tag - TAG_CHILD);
	else if (m->door.listening && tag - TAG_LISTENER < m->door.listeners.n)
		accept_waiting(m, &m->door.listeners.v[tag - TAG_LISTENER]);
}

static bool done(const struct master *m)
{
	if (m->loop.exiting)
		return true;
	if (!m->loop.since)
		return m->once && m->children.used == 0 && !m->repairs.pid &&
		       m->repairs.due == TIMER_NEVER;
	return m->children.used == 0 || m->loop.given_up;
}

static int loop(struct master *m)
{
	struct epoll_event e[EVENTS];

	on_time(m);
	while (!done(m)) {
		int n = epoll_wait(
		    m->epoll, e, EVENTS, timers_wait(timers, TIMERS, m, io_monotonic_ms()));

		if (n < 0 && errno != EINTR) {
			event_error(strerror(errno));
			return 1;
		}
		for (int i = 0; i < n && !m->loop.exiting; i++)
			on_event(m, e[i].data.u64);
		on_time(m);
	}
	if (m->loop.exiting)
		return 0;
	return m->loop.killed || m->children.used > 0 || (m->once && !m->ends.completed);
}

/* Children that are left keep what they were forked with. */
static void close_all(struct master *m)
{
	static const struct listeners none;

	for (const struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k))
		generation_unref(k->generation);
	repairs_free(&m->repairs);
	children_free(&m->children);
	statpages_free(&m->pages);
	generation_unref(m->generation);
	listen_close_unused(&m->door.listeners, &none);
	close(m->door.spare);
	close(m->loop.signals);
	close(m->epoll);
	notify_close(&m->notify);
}

/* The one connection: is admitted and has its child, or is refused. */
static void begin_once(struct master *m, const struct master_start *start)
{
	if (!accept_one(m, start->connection, &start->peer))
		return;
	repairs_after(&m->repairs, io_monotonic_ms() + REPAIR_AFTER_MS);
	start->ready(&m->notify);
}

static void begin(struct master *m, const struct master_start *start)
{
	reload_check_descriptors(m);
	for (size_t i = 0; i < m->door.listeners.n; i++)
		event_listening(m->door.listeners.v[i].name);
	accept_listen(m, true);
	start->ready(&m->notify);
}

static int serve(struct master *m, const struct master_start *start)
{
	int code;

	sandbox_measure(children_size(&m->children), statpages_size(&m->pages));
	heap_fill();
	if (m->once)
		begin_once(m, start);
	else
		begin(m, start);
	code = loop(m);
	floods_summaries(&m->floods, m->generation, TIMER_NEVER);
	if (m->loop.exiting)
		event_exiting();
	else if (m->loop.since || !m->once)
		event_stopped();
	close_all(m);
	return code;
}

int master_run(struct generation *g, const struct master_start *start)
{
	struct master *m = pages_new(sizeof(*m));
	int code = 1;

	if (m) {
		/* it changes with every connection, and no child needs it */
		pages_not_for_children(m, sizeof(*m));
		*m = (struct master){.generation = g,
		    .once = start->connection >= 0,
		    .notify = start->notify,
		    .door = {.listeners = start->listeners, .resting_until = TIMER_NEVER},
		    .ends = {.late_due = TIMER_NEVER, .overdue_due = TIMER_NEVER},
		    .loop = {.checked = io_monotonic_ms()}};
		floods_init(&m->floods);
		repairs_init(&m->repairs, m->once);
		keepers_init(&m->keepers, m->loop.checked);
	}
	if (m && open_all(m) && sandbox_enter(&role_master, NULL, 0, -1))
		code = serve(m, start);
	else
		start->failed(strerror(errno));
	pages_free(m, sizeof(*m));
	return code;
}
