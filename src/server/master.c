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
#include "server/report.h"
#include "server/roles.h"

/* The whole stop has a second more than a child. */
#define STOP_MAX_MS 10000

/* Children that may wait for room are asked so often whether they still do. */
#define WAITING_MS 1000

_Static_assert(MASTER_FINISH_MS == 9000, "as it is told");

/* With one connection: what earlier ones of that client left is finished after this. */
#define REPAIR_AFTER_MS 2000

#define EVENTS 64
#define DAY_MS 86400000

/* Lines of one kind: so many in so long. */
#define FLOOD_BURST     20
#define FLOOD_WINDOW_MS 10000

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

static bool open_all(struct master *m)
{
	unsigned connections = m->once ? 1 : m->generation->config->limits.connections;
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = MASTER_TAG_SIGNALS};

	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	m->signals = open_signals();
	m->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < FLOODS; i++)
		m->flood[i] =
		    (struct ratelimit){.burst = FLOOD_BURST, .window_ms = FLOOD_WINDOW_MS};
	return m->epoll >= 0 && m->signals >= 0 && m->spare >= 0 &&
	       children_init(&m->children, connections) && statpages_grow(&m->pages, connections) &&
	       epoll_ctl(m->epoll, EPOLL_CTL_ADD, m->signals, &e) == 0;
}

/* ---- signals ---- */

static void signal_children(const struct master *m, int sig)
{
	for (unsigned i = 0; i < m->children.size; i++)
		if (m->children.slot[i].pid > 0)
			kill(m->children.slot[i].pid, sig);
}

static void stop(struct master *m)
{
	static const struct listeners none;

	if (m->stopping)
		return;
	notify_stopping(&m->notify);
	m->stopping = io_monotonic_ms();
	m->pause_until = 0;
	log_line(LVL_NOTICE, "stopping connections=%u", m->children.used);
	master_listen(m, false);
	listen_close_unused(&m->listeners, &none);
	m->listeners.n = 0;
	for (unsigned i = 0; i < m->children.size; i++)
		if (m->children.slot[i].used)
			master_finish_child(m, &m->children.slot[i], ORDER_STOP);
}

static void status(const struct master *m)
{
	int64_t now = io_monotonic_ms();

	log_line(LVL_NOTICE, "status connections=%u unestablished=%u accepted=%llu refused=%llu",
	    m->children.used, m->children.unestablished, (unsigned long long)m->accepted,
	    (unsigned long long)m->refused);
	for (unsigned i = 0; i < m->children.size; i++) {
		const struct child *k = &m->children.slot[i];
		char peer[ADDR_PEER_MAX], counts[STATS_TEXT_MAX];

		if (!k->used)
			continue;
		log_line(LVL_NOTICE,
		    "status client=%s peer=%s pid=%d state=%s file=%s %s seconds=%lld",
		    k->client ? k->client : "?", addr_format_peer(&k->peer, k->port, peer),
		    (int)k->pid,
		    k->finishing     ? "finishing"
		    : k->established ? "established"
				     : "connected",
		    k->file[0] ? k->file : "-", stats_format(statpages_slot(&m->pages, i), counts),
		    (long long)(now - k->since_ms) / 1000);
	}
}

static void handle_signal(struct master *m, unsigned sig)
{
	switch (sig) {
	case SIGCHLD:
		master_reap(m);
		break;
	case SIGTERM:
	case SIGINT:
		stop(m);
		break;
	case SIGQUIT:
		notify_stopping(&m->notify);
		m->leave = true;
		break;
	case SIGHUP:
		if (m->once)
			signal_children(
			    m, SIGHUP); /* the next connection reads the configuration anew */
		else if (!m->stopping)
			master_reload(m);
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

	while (!m->leave && read(m->signals, &si, sizeof(si)) == sizeof(si))
		handle_signal(m, si.ssi_signo);
}

/* ---- time ---- */

static void sooner(int64_t *wait, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	if (*wait < 0 || ms < *wait)
		*wait = ms;
}

/* Milliseconds until something has to be done without an event. Who watches over log and
 * notification by himself does now what is due. */
static int next_wait(struct master *m)
{
	int64_t now = io_monotonic_ms(), wait = -1;
	int64_t others[] = {
	    master_flood_wait(m, now), log_renew(now), notify_tick(&m->notify, now)};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (others[i] >= 0)
			sooner(&wait, others[i]);
	if (m->stopping) {
		sooner(&wait, m->stopping + (m->killed ? STOP_MAX_MS : MASTER_FINISH_MS) - now);
		return (int)wait;
	}
	if (!m->repair && m->repair_next != MASTER_NEVER)
		sooner(&wait, m->repair_next - now);
	if (m->finish_next != MASTER_NEVER)
		sooner(&wait, m->finish_next - now);
	if (m->overdue_next != MASTER_NEVER)
		sooner(&wait, m->overdue_next - now);
	if (m->pause_until)
		sooner(&wait, m->pause_until - now);
	if (m->keeper_next)
		sooner(&wait, m->keeper_next - now);
	sooner(&wait, m->aged + DAY_MS - now);
	return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

static void kill_child(const struct child *k, const char *why)
{
	char peer[ADDR_PEER_MAX];

	log_line(LVL_ERROR, "error client=%s peer=%s pid=%d reason=\"%s: killed\"",
	    k->client ? k->client : "?", addr_format_peer(&k->peer, k->port, peer), (int)k->pid,
	    why);
	kill(k->pid, SIGKILL);
}

/* Children that are not established although their own deadlines have long passed: nobody runs
 * there any more who would look at them. */
static void kill_overdue(struct master *m, int64_t now)
{
	m->overdue_next = MASTER_NEVER;
	for (unsigned i = 0; i < m->children.size; i++) {
		struct child *k = &m->children.slot[i];

		if (!k->used || k->established || k->finishing || k->pid <= 0)
			continue;
		if (master_overdue_at(k) <= now) {
			kill_child(k, "not established in time");
			k->finishing = true;
			k->finish_by_ms = MASTER_NEVER;
		} else if (master_overdue_at(k) < m->overdue_next) {
			m->overdue_next = master_overdue_at(k);
		}
	}
}

/* Children that were told to finish and have not. What they have written is repaired. */
static void kill_late(struct master *m, int64_t now)
{
	m->finish_next = MASTER_NEVER;
	for (unsigned i = 0; i < m->children.size; i++) {
		struct child *k = &m->children.slot[i];

		if (!k->used || !k->finishing)
			continue;
		if (k->patient && statpages_slot(&m->pages, i)->waiting && k->finish_by_ms <= now)
			k->finish_by_ms = now + WAITING_MS;
		if (k->finish_by_ms <= now) {
			kill_child(k, "did not finish within 9 seconds");
			k->finish_by_ms = MASTER_NEVER;
		} else if (k->finish_by_ms < m->finish_next) {
			m->finish_next = k->finish_by_ms;
		}
	}
}

/* What was right at the start may have expired since. */
static void look_at_age(struct master *m, int64_t now)
{
	struct problems problems = {0};

	m->aged = now;
	if (m->generation->creds)
		creds_age(m->generation->creds, m->generation->config, &problems);
	problems_log(&problems);
	problems_free(&problems);
}

/* With one connection there is one round: when it has lasted for a while, or is over. Not beside
 * its beginning, when a file is created that would have to be told from one that is left. */
static bool repair_is_due(const struct master *m, int64_t now)
{
	if (m->repair_next == MASTER_NEVER)
		return false;
	return now >= m->repair_next || (m->once && m->children.used == 0);
}

static void on_time(struct master *m)
{
	int64_t now = io_monotonic_ms();

	master_flood_summaries(m, now);
	notify_status(
	    &m->notify, m->children.used, m->children.unestablished, m->accepted, m->refused);
	if (m->stopping) {
		if (!m->killed && now - m->stopping >= MASTER_FINISH_MS && m->children.used > 0) {
			log_line(LVL_ERROR, "error reason=\"%u children did not stop: killed\"",
			    m->children.used);
			m->killed = true;
			signal_children(m, SIGKILL);
		}
		return;
	}
	if (now >= m->finish_next)
		kill_late(m, now);
	if (now >= m->overdue_next)
		kill_overdue(m, now);
	if (!m->repair && repair_is_due(m, now))
		master_repair(m, m->generation);
	if (m->keeper_next && now >= m->keeper_next)
		master_keeper(m);
	if (now - m->aged >= DAY_MS)
		look_at_age(m, now);
	if (m->pause_until && now >= m->pause_until)
		m->pause_until = 0;
	if (!m->listening && !m->pause_until && master_has_room(m))
		master_listen(m, true);
}

/* ---- the loop ---- */

/* Events are read many at once: what one of them stands for may have ended with another. */
static void on_child(struct master *m, uint64_t slot)
{
	struct child *k = slot < m->children.size ? &m->children.slot[slot] : NULL;

	if (k && k->used && k->channel >= 0)
		master_reports(m, k);
}

static void on_event(struct master *m, uint64_t tag)
{
	if (tag == MASTER_TAG_SIGNALS)
		read_signals(m);
	else if (tag >= MASTER_TAG_CHILD)
		on_child(m, tag - MASTER_TAG_CHILD);
	else if (m->listening && tag - MASTER_TAG_LISTENER < m->listeners.n)
		master_accept(m, &m->listeners.v[tag - MASTER_TAG_LISTENER]);
}

static bool done(const struct master *m)
{
	if (m->leave)
		return true;
	if (!m->stopping)
		return m->once && m->children.used == 0 && !m->repair &&
		       m->repair_next == MASTER_NEVER;
	return m->children.used == 0 || io_monotonic_ms() - m->stopping >= STOP_MAX_MS;
}

static int loop(struct master *m)
{
	struct epoll_event e[EVENTS];

	on_time(m);
	while (!done(m)) {
		int n = epoll_wait(m->epoll, e, EVENTS, next_wait(m));

		if (n < 0 && errno != EINTR) {
			log_line(LVL_ERROR, "error reason=%s", LOG_QUOTE(strerror(errno)));
			return 1;
		}
		for (int i = 0; i < n && !m->leave; i++)
			on_event(m, e[i].data.u64);
		on_time(m);
	}
	if (m->leave)
		return 0;
	return m->killed || m->children.used > 0 || (m->once && !m->served);
}

/* Children that are left keep what they were forked with. */
static void close_all(struct master *m)
{
	static const struct listeners none;

	for (unsigned i = 0; i < m->children.size; i++)
		if (m->children.slot[i].used)
			generation_unref(m->children.slot[i].generation);
	while (m->repair_queued > 0)
		generation_unref(m->repair_queue[--m->repair_queued]);
	children_free(&m->children);
	statpages_free(&m->pages);
	generation_unref(m->generation);
	listen_close_unused(&m->listeners, &none);
	close(m->spare);
	close(m->signals);
	close(m->epoll);
	notify_close(&m->notify);
}

/* The one connection: who it is, and its child. */
static void begin_once(struct master *m, const struct master_start *start)
{
	m->repair_next = MASTER_NEVER;
	if (!master_admit(m, start->connection, &start->peer))
		return;
	m->repair_next = io_monotonic_ms() + REPAIR_AFTER_MS;
	start->ready(&m->notify);
}

static void begin(struct master *m, const struct master_start *start)
{
	master_check_descriptors(m);
	for (size_t i = 0; i < m->listeners.n; i++)
		log_line(LVL_NOTICE, "listening address=%s", m->listeners.v[i].name);
	master_listen(m, true);
	start->ready(&m->notify);
}

static int serve(struct master *m, const struct master_start *start)
{
	int code;

	sandbox_measure();
	heap_fill();
	if (m->once)
		begin_once(m, start);
	else
		begin(m, start);
	code = loop(m);
	master_flood_summaries(m, MASTER_NEVER);
	if (m->leave)
		log_line(LVL_NOTICE, "left reason=\"recordings go on\"");
	else if (m->stopping || !m->once)
		log_line(LVL_NOTICE, "stopped");
	close_all(m);
	return code;
}

int master_run(struct generation *g, const struct master_start *start)
{
	struct master *m = pages_new(sizeof(*m));
	int code = 1;

	if (m) {
		/* it changes with every connection, and no child has a need of it */
		pages_not_for_children(m, sizeof(*m));
		*m = (struct master){.generation = g,
		    .listeners = start->listeners,
		    .once = start->connection >= 0,
		    .notify = start->notify,
		    .aged = io_monotonic_ms(),
		    .finish_next = MASTER_NEVER,
		    .overdue_next = MASTER_NEVER};
	}
	if (m && open_all(m) && sandbox_enter(&role_master, NULL, 0, -1))
		code = serve(m, start);
	else
		start->failed(strerror(errno));
	pages_free(m, sizeof(*m));
	return code;
}
