/* master_spawn: the master's processes: forking them, what they report, how they end. */
#include "server/master.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/childexit.h"
#include "base/io.h"
#include "base/log.h"
#include "server/repair.h"
#include "server/report.h"
#include "server/roles.h"
#include "server/session.h"

/* Reports taken at once from one child, so that none can keep the master busy alone. */
#define REPORTS_AT_ONCE 16

/* Unfinished files are looked for this often, and for at most a hundredth of the time. */
#define REPAIR_EVERY_MS 60000
#define REPAIR_SHARE    100

/* A keeper that does not live is not started more often. */
#define KEEPER_REST_MS 1000

/* Descriptors that a session keeps. */
#define KEEP_MAX 7

/* ---- sessions ---- */

/* What a child is born with. It has no memory where the master keeps all this. */
struct birth {
	struct child self;
	struct statpages pages;
	size_t slot;
	int fd, channel, keeper; /* the connection; to the master; to the keeper, -1: none */
};

/* In the child: everything of the master's and of the siblings' is closed, then the one door. */
static _Noreturn void child_main(const struct birth *b)
{
	const struct child *k = &b->self;
	const struct generation *g = k->generation;
	struct channel ch = {.log_routine = k->log_routine,
	    .peer = k->peer,
	    .port = k->port,
	    .fd = b->channel,
	    .keeper = b->keeper,
	    .stats = statpages_slot(&b->pages, b->slot)};
	uint32_t n = k->candidates, candidate[n];
	int keep[KEEP_MAX] = {log_fd(), b->fd, b->channel, b->keeper};
	const struct place *place;

	for (uint32_t i = 0; i < n; i++)
		candidate[i] = k->candidate[i].client;
	place = places_shared(&g->places, candidate, n);
	keep[4] = place->base;
	keep[5] = place->done;
	keep[6] = place->rules;
	setsid(); /* a terminal's ^C is for the master */
	if (!io_close_except(STDERR_FILENO + 1, keep, KEEP_MAX))
		_exit(CHILD_INTERNAL);
	/* Nothing of the siblings: the master goes on writing there, which leaves us the old pages.
	 */
	statpages_keep(&b->pages, b->slot);
	log_forget_lost();
	_exit(session_run(b->fd, candidate, n, g, &ch));
}

static bool watch(const struct master *m, const struct child *k)
{
	struct epoll_event e = {
	    .events = EPOLLIN, .data.u64 = MASTER_TAG_CHILD + (uint64_t)(k - m->children.slot)};

	return epoll_ctl(m->epoll, EPOLL_CTL_ADD, k->channel, &e) == 0;
}

/* Out of epoll first: a child that was forked just now still has a copy of the descriptor, and
 * closing ours alone would leave it there. */
static void close_channel(const struct master *m, struct child *k)
{
	if (k->channel < 0)
		return;
	epoll_ctl(m->epoll, EPOLL_CTL_DEL, k->channel, NULL);
	close(k->channel);
	k->channel = -1;
}

static void forget(struct master *m, struct child *k)
{
	close_channel(m, k);
	generation_unref(k->generation);
	if (!children_drop(&m->children, k))
		log_line(LVL_ERROR, "bug reason=\"a free slot was dropped\"");
}

static bool client_tls(const struct child *k)
{
	return k->generation->config->clients[k->candidate->client].tls;
}

static bool needs_keeper(const struct child *k)
{
	return client_tls(k) && creds_has_key(k->generation->creds);
}

/* What libraries do at a fork is for their secrets and random numbers. A child that will never call
 * them need not pay for it: each of them writes into a page, which is then this child's alone. */
static pid_t fork_for(const struct child *k)
{
	return client_tls(k) ? fork() : _Fork();
}

/* Its ends of the channels. */
static bool connect_child(struct child *k, struct birth *b)
{
	int pair[2];

	if (needs_keeper(k)) {
		b->keeper = keeper_connect(&k->generation->keeper);
		if (b->keeper < 0)
			return false;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return false;
	k->channel = pair[0];
	b->channel = pair[1];
	return true;
}

int64_t master_overdue_at(const struct child *k)
{
	const struct config_limits *l = &k->generation->config->limits;

	return k->since_ms + (int64_t)l->handshake_timeout * 2000 + MASTER_OVERDUE_MS;
}

bool master_spawn(struct master *m, int fd, const struct addr *peer, uint16_t port,
    const struct admit_entry *candidate, size_t candidates)
{
	struct child *k = children_add(&m->children);
	struct birth b = {.pages = m->pages, .fd = fd, .channel = -1, .keeper = -1};
	pid_t pid = -1;
	int why;

	if (!k) {
		errno = EAGAIN;
		return false;
	}
	k->peer = *peer;
	k->port = port;
	k->candidate = candidate;
	k->candidates = (uint32_t)candidates;
	k->generation = generation_ref(m->generation);
	if (candidates == 1)
		k->client = m->generation->config->clients[candidate->client].name;
	k->since_ms = io_monotonic_ms();
	k->log_routine = master_flood_client(m, candidate, candidates, k->since_ms);
	if (connect_child(k, &b)) {
		b.slot = (size_t)(k - m->children.slot);
		b.self = *k;
		memset(statpages_slot(&m->pages, b.slot), 0, sizeof(struct stats));
		if (watch(m, k))
			pid = fork_for(&b.self);
		if (pid == 0)
			child_main(&b);
	}
	why = errno;
	if (b.channel >= 0)
		close(b.channel);
	if (b.keeper >= 0)
		close(b.keeper);
	if (pid < 0) {
		forget(m, k);
		errno = why;
		return false;
	}
	k->pid = pid;
	if (master_overdue_at(k) < m->overdue_next)
		m->overdue_next = master_overdue_at(k);
	return true;
}

void master_finish_child(struct master *m, struct child *k, char order)
{
	if (k->pid <= 0) /* kill(-1) would reach everybody */
		return;
	if (k->finishing && (!k->patient || order_is_patient(order)))
		return;
	k->finishing = true;
	k->patient = order_is_patient(order);
	k->finish_by_ms = io_monotonic_ms() + MASTER_FINISH_MS;
	if (k->finish_by_ms < m->finish_next)
		m->finish_next = k->finish_by_ms;
	send(k->channel, &order, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	kill(k->pid, SIGTERM);
}

/* Of the connections of one client and address the newest stays. Only now is it known to be one:
 * who merely connects from a client's address must not touch its recording. */
static void established(struct master *m, struct child *k, const struct report *r)
{
	if (!children_establish(&m->children, k))
		return; /* who it is was said */
	k->client = k->generation->config->clients[k->candidate[r->candidate].client].name;
	k->id = r->id;
	/* forked before a reload, with the revocation list of that time */
	if (k->generation != m->generation && creds_revokes(m->generation->creds, &k->id))
		master_finish_child(m, k, ORDER_REVOKED);
	for (unsigned i = 0, seen = 0; i < m->children.size && seen < m->children.used; i++) {
		struct child *other = &m->children.slot[i];

		seen += other->used;
		if (!child_is_of(other, k->client, &k->peer))
			continue;
		if (other->order < k->order)
			master_finish_child(m, other, ORDER_REPLACED);
		else if (other->order > k->order && other->established)
			master_finish_child(m, k, ORDER_REPLACED);
	}
}

void master_reports(struct master *m, struct child *k)
{
	for (int i = 0; i < REPORTS_AT_ONCE && k->channel >= 0; i++) {
		char data[sizeof(struct report) + 1];
		ssize_t n = recv(k->channel, data, sizeof(data), MSG_DONTWAIT);
		struct report r;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0 || !report_check(data, (size_t)n, k->candidates, &r)) {
			/* its end, or not the child that was forked; its exit will tell */
			close_channel(m, k);
			return;
		}
		if (r.kind == REPORT_ESTABLISHED)
			established(m, k, &r);
		else
			snprintf(
			    k->file, sizeof(k->file), "%s", r.kind == REPORT_OPENED ? r.name : "");
	}
}

/* ---- ends ---- */

/* What a child that exits with its own vocabulary has not logged itself. */
static void log_end(const struct master *m, const struct child *k, int status)
{
	const struct stats *stats = statpages_slot(&m->pages, (size_t)(k - m->children.slot));
	char counts[STATS_TEXT_MAX], peer[ADDR_PEER_MAX], reason[80];

	if (WIFSIGNALED(status))
		snprintf(reason, sizeof(reason), "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == CHILD_INTERNAL)
		snprintf(reason, sizeof(reason), "internal error");
	else
		snprintf(reason, sizeof(reason), "exit status %d", WEXITSTATUS(status));
	log_line(LVL_ERROR, "closed client=%s peer=%s pid=%d reason=%s %s seconds=%lld",
	    k->client ? k->client : "?", addr_format_peer(&k->peer, k->port, peer), (int)k->pid,
	    LOG_QUOTE(reason), stats_format(stats, counts),
	    (long long)(io_monotonic_ms() - k->since_ms) / 1000);
}

static bool died(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	return code != CHILD_FINISHED && (code < CHILD_PROTOCOL || code >= CHILD_INTERNAL);
}

/* One connection: whether it came to an end that is none of ours, or was told to. */
static bool served(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	return code == CHILD_FINISHED || code == CHILD_STOPPED || code == CHILD_CONNECTION;
}

static void repair_next(struct master *m);

/* With one connection there is no other round: a thousand of them would never end looking. */
static void next_round(struct master *m, int64_t after)
{
	m->repair_next = m->once ? MASTER_NEVER : m->repair_began + after;
}

static void repair_ended(struct master *m, int status)
{
	int64_t took = io_monotonic_ms() - m->repair_began;

	m->repair = 0;
	next_round(m,
	    took + (took * REPAIR_SHARE > REPAIR_EVERY_MS ? took * REPAIR_SHARE : REPAIR_EVERY_MS));
	if (WIFSIGNALED(status))
		log_line(
		    LVL_ERROR, "error reason=\"repair was killed by signal %d\"", WTERMSIG(status));
	repair_next(m);
}

/* ---- the keeper ---- */

static void keeper_ended(struct master *m, int status)
{
	char reason[80];

	if (WIFSIGNALED(status))
		snprintf(reason, sizeof(reason), "the key keeper was killed by signal %d",
		    WTERMSIG(status));
	else
		snprintf(reason, sizeof(reason), "the key keeper ended with status %d",
		    WEXITSTATUS(status));
	master_flood_line(m, FLOOD_RESOURCES, "error reason=%s", LOG_QUOTE(reason));
	m->generation->keeper.pid = 0;
	keeper_close(&m->generation->keeper);
	if (m->stopping)
		return;
	m->keeper_next = io_monotonic_ms() + KEEPER_REST_MS;
	if (m->keeper_next - m->keeper_since >= 2 * KEEPER_REST_MS)
		master_keeper(m); /* it has served for a while: at once */
}

void master_keeper(struct master *m)
{
	char reason[KEEPER_REASON_MAX];

	m->keeper_since = io_monotonic_ms();
	m->keeper_next = 0;
	if (generation_start_keeper(m->generation, reason)) {
		log_line(LVL_NOTICE, "keeper pid=%d", (int)m->generation->keeper.pid);
		return;
	}
	master_flood_line(m, FLOOD_RESOURCES, "error reason=%s", LOG_QUOTE(reason));
	m->keeper_next = m->keeper_since + KEEPER_REST_MS;
}

void master_reap(struct master *m)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *k;

		if (pid == m->repair) {
			repair_ended(m, status);
			continue;
		}
		if (pid == m->generation->keeper.pid) {
			keeper_ended(m, status);
			continue;
		}
		k = children_by_pid(&m->children, pid);
		if (!k)
			continue;
		master_reports(m, k); /* what it said last still counts */
		if (died(status)) {
			log_end(m, k, status);
			master_repair(m, k->generation);
		} else if (k->file[0] && k->generation != m->generation) {
			/* it could not be published, and the regular rounds do not come there */
			master_repair(m, k->generation);
		}
		m->served = served(status);
		forget(m, k);
	}
}

/* ---- repair ---- */

static _Noreturn void repair_main(const struct generation *g, const struct repair_scope *scope)
{
	size_t n = g->places.ndirectories;
	int keep[n + 2];
	sigset_t all;
	bool closed;

	places_descriptors(&g->places, keep);
	keep[n] = log_fd();
	keep[n + 1] = g->places.repair_rules;
	setsid();
	closed = io_close_except(STDERR_FILENO + 1, keep, n + 2);
	log_forget_lost();
	sigfillset(&all); /* a stop of all processes is no reason to leave a file as it is */
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (closed && sandbox_enter(&role_repair, NULL, 0, g->places.repair_rules))
		repair_run(g, scope);
	else
		log_line(LVL_ERROR, "error reason=%s",
		    LOG_QUOTE("repair: the sandbox cannot be entered"));
	_exit(0);
}

/* One round at a time; a generation that is wanted meanwhile waits its turn. */
static void repair_next(struct master *m)
{
	struct generation *g = m->repair_queue[0];
	struct repair_scope scope = m->scope; /* for the child, who has no master */
	pid_t pid;

	if (m->repair || m->repair_queued == 0)
		return;
	m->repair_queued--;
	memmove(m->repair_queue, m->repair_queue + 1, m->repair_queued * sizeof(*m->repair_queue));
	g->repair_wanted = false;
	scope.first = m->repair_began == 0;
	m->repair_began = io_monotonic_ms();
	pid = fork();
	if (pid == 0)
		repair_main(g, &scope);
	m->repair = pid > 0 ? pid : 0;
	if (pid < 0) {
		next_round(m, REPAIR_EVERY_MS);
		master_flood_line(m, FLOOD_RESOURCES, "error reason=\"repair cannot be started\"");
	}
	generation_unref(g);
}

void master_repair(struct master *m, struct generation *g)
{
	if (!g->repair_wanted && m->repair_queued < MASTER_REPAIRS) {
		g->repair_wanted = true;
		m->repair_queue[m->repair_queued++] = generation_ref(g);
	} else if (!g->repair_wanted) {
		master_flood_line(m, FLOOD_RESOURCES,
		    "error reason=\"repair: too many configurations wait for it\"");
	}
	repair_next(m);
}
