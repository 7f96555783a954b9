/* spawn: see spawn.h. */
#include "server/spawn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "daemon/title.h"
#include "server/childexit.h"
#include "server/doorman.h"
#include "server/events.h"
#include "server/orders.h"
#include "server/sandbox_roles.h"
#include "server/seen.h"
#include "server/session.h"
#include "server/state.h"

/* Descriptors that a session keeps. */
#define KEEP_MAX 7

/* A child that is not established after twice the handshake-timeout and this much more hangs: its
 * own deadlines have passed by then. */
#define OVERDUE_MS 10000

/* What a child is forked with: a copy, as it has no memory of the master's tables. */
struct birth {
	struct child self;
	struct statpages pages;
	size_t slot;
	int fd, channel, keeper; /* the connection; to the master; to the keeper, -1: none */
};

/* The numbers of its candidates, as the session takes them; never freed. NULL: no memory. */
static const uint32_t *candidates_of(const struct child *k, uint32_t *one)
{
	/* usually there is one: malloc() would copy pages of the heap that are shared so far */
	uint32_t *client = k->candidates == 1 ? one : malloc(k->candidates * sizeof(*client));

	for (uint32_t i = 0; client && i < k->candidates; i++)
		client[i] = k->candidate[i].client;
	return client;
}

/* In the child: closes all descriptors of the master and of other children, then runs the session.
 */
static _Noreturn void child_main(const struct birth *b)
{
	const struct child *k = &b->self;
	const struct generation *g = k->generation;
	struct channel ch = {.log_routine = k->log_routine,
	    .peer = k->peer,
	    .fd = b->channel,
	    .keeper = b->keeper,
	    .page = statpages_page(&b->pages, b->slot)};
	uint32_t n = k->candidates, one;
	const uint32_t *candidate = candidates_of(k, &one);
	int keep[KEEP_MAX] = {log_fd(), b->fd, b->channel, b->keeper};
	const struct place *place;

	if (!candidate)
		_exit(CHILD_INTERNAL);
	place = places_shared(&g->places, candidate, n);
	keep[4] = place->base;
	keep[5] = place->done;
	keep[6] = place->rules;
	setsid(); /* a ^C of the terminal goes to the master only */
	if (!io_close_except(STDERR_FILENO + 1, keep, KEEP_MAX)) {
		event_error("a child cannot close the descriptors of others");
		_exit(CHILD_INTERNAL);
	}
	statpages_keep(&b->pages, b->slot); /* which also saves page tables */
	log_forget_lost();
	_exit(session_run(b->fd, candidate, n, g, &ch));
}

/* The same for a doorman, which needs less. */
static _Noreturn void doorman_main(const struct birth *b)
{
	const struct child *k = &b->self;
	int64_t wait_ms = (int64_t)k->generation->config->limits.handshake_timeout * 1000;
	struct statpages pages = b->pages;
	int keep[] = {log_fd(), b->fd, b->channel};
	char address[ADDR_TEXT_MAX];
	struct title title;

	setsid();
	if (!io_close_except(STDERR_FILENO + 1, keep, sizeof(keep) / sizeof(*keep))) {
		event_error("a doorman cannot close the descriptors of others");
		_exit(CHILD_INTERNAL);
	}
	statpages_free(&pages);
	log_forget_lost();
	title_set(&title, "doorman [%s]", addr_format(&k->peer.addr, address));
	title_show(&title);
	_exit(doorman_run(b->fd, b->channel, k->since_ms + wait_ms));
}

static bool is_doorman(const struct child *k)
{
	return k->candidates == 0;
}

static bool watch(const struct master *m, const struct child *k)
{
	struct epoll_event e = {
	    .events = EPOLLIN, .data.u64 = TAG_CHILD + children_slot(&m->children, k)};

	return epoll_ctl(m->epoll, EPOLL_CTL_ADD, k->channel, &e) == 0;
}

static bool client_tls(const struct child *k)
{
	return !is_doorman(k) && k->generation->config->clients[k->candidate->client].tls;
}

static bool needs_keeper(const struct child *k)
{
	return client_tls(k) && creds_has_key(k->generation->creds);
}

/* fork() runs the handlers of libraries, for their secrets and random numbers. A child that never
 * calls these libraries needs none of them, and each would make it copy a page. */
static pid_t fork_for(const struct child *k)
{
	return client_tls(k) ? fork() : _Fork();
}

/* Opens the child's channels, to the master and to the key keeper. */
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

/* Takes a slot and fills it, but for the channel and the pid. NULL with errno set: none is free. */
static struct child *fill_slot(struct master *m, const struct peer *peer,
    const struct admit_entry *candidate, size_t candidates)
{
	const struct config *c = m->generation->config;
	struct child *k = children_add(&m->children);

	if (!k) {
		errno = EAGAIN;
		return NULL;
	}
	k->peer = *peer;
	k->candidate = candidate;
	k->candidates = (uint32_t)candidates;
	k->generation = generation_ref(m->generation);
	if (candidates == 1)
		orders_choose(k, 0);
	k->since_ms = io_monotonic_ms();
	k->establish_by_ms = k->since_ms + (int64_t)c->limits.handshake_timeout * 2000 + OVERDUE_MS;
	if (candidates > 0)
		k->log_routine =
		    floods_client(&m->floods, m->generation, candidate, candidates, k->since_ms);
	return k;
}

/* Its pid, or -1 with errno set. */
static pid_t start(struct master *m, struct child *k, struct birth *b)
{
	size_t slot = children_slot(&m->children, k);
	pid_t pid = -1;

	if (!connect_child(k, b))
		return -1;
	b->self = *k;
	b->pages = m->pages;
	b->slot = slot;
	if (seen_child(m, k) && watch(m, k))
		pid = fork_for(&b->self);
	if (pid == 0 && is_doorman(&b->self))
		doorman_main(b);
	if (pid == 0)
		child_main(b);
	return pid;
}

/* Nothing was forked. */
static void undo(struct master *m, struct child *k)
{
	if (k->channel >= 0)
		close(k->channel); /* which takes it out of epoll: no child has a copy */
	generation_unref(k->generation);
	if (!children_drop(&m->children, k))
		event_bug("a free slot was dropped");
}

/* NULL with errno set: there is none. */
static struct child *begin(struct master *m, int fd, const struct peer *peer,
    const struct admit_entry *candidate, size_t candidates)
{
	struct birth b = {.fd = fd, .channel = -1, .keeper = -1};
	struct child *k = fill_slot(m, peer, candidate, candidates);
	pid_t pid;
	int why;

	if (!k)
		return NULL;
	pid = start(m, k, &b);
	why = errno;
	if (b.channel >= 0)
		close(b.channel);
	if (b.keeper >= 0)
		close(b.keeper);
	if (pid < 0) {
		seen_undone(m, k);
		undo(m, k);
		errno = why;
		return NULL;
	}
	k->pid = pid;
	seen_pid(m, k);
	if (k->establish_by_ms < m->ends.overdue_due)
		m->ends.overdue_due = k->establish_by_ms;
	return k;
}

bool spawn(struct master *m, int fd, const struct peer *peer, const struct admit_entry *candidate,
    size_t candidates)
{
	return begin(m, fd, peer, candidate, candidates);
}

bool spawn_doorman(struct master *m, int fd, const struct peer *proxy)
{
	struct child *k = begin(m, fd, proxy, NULL, 0);

	if (k)
		k->door = fd;
	return k;
}
