/* master_accept: who comes in. Every refusal happens here, before any fork. */
#include "server/master.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/clients.h"
#include "base/budgets.h"
#include "base/io.h"
#include "base/log.h"

/* How long accepting rests when the system is out of something. */
#define REST_MS 1000

/* Connections of a client whose every step is logged, in a window of the generation's budgets: one
 * that comes back each second is no flood. A network is many clients: all come back at once. */
#define CLIENT_BURST  100
#define NETWORK_BURST 2000

static const char *const flood_names[FLOODS] = {
    [FLOOD_UNLISTED] = "not in the client list",
    [FLOOD_TLS] = "the key keeper is gone",
    [FLOOD_BUSY] = "too many connections of one client",
    [FLOOD_RESOURCES] = "the system is out of resources",
    [FLOOD_FULL] = "no free slot",
};

void master_flood_line(struct master *m, enum flood kind, const char *fmt, ...)
{
	char line[LOG_LINE_MAX];
	va_list ap;

	if (!ratelimit_allow(&m->flood[kind], io_monotonic_ms()))
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_line(kind == FLOOD_RESOURCES ? LVL_ERROR : LVL_NOTICE, "%s", line);
}

/* Clients that only a certificate tells apart have the budget of the first of them. */
bool master_flood_client(
    struct master *m, const struct admit_entry *candidate, size_t candidates, int64_t now)
{
	unsigned burst = addr_net_single(&candidate->net) ? CLIENT_BURST : NETWORK_BURST;

	return budgets_take(
	    m->generation->budgets, candidate->client, burst * (unsigned)candidates, now);
}

static void client_summaries(struct master *m, int64_t now)
{
	size_t client;
	uint64_t n;

	while (budgets_summary(m->generation->budgets, now, &client, &n))
		log_line(LVL_NOTICE,
		    "suppressed client=%s connections=%llu reason=\"too many in a short time\"",
		    m->generation->config->clients[client].name, (unsigned long long)n);
}

void master_flood_summaries(struct master *m, int64_t now)
{
	for (int i = 0; i < FLOODS; i++) {
		uint64_t n = ratelimit_summary(&m->flood[i], now);

		if (n > 0)
			log_line(LVL_NOTICE, "suppressed lines=%llu reason=%s",
			    (unsigned long long)n, LOG_QUOTE(flood_names[i]));
	}
	client_summaries(m, now);
}

int64_t master_flood_wait(const struct master *m, int64_t now)
{
	int64_t least = budgets_wait(m->generation->budgets, now);

	for (int i = 0; i < FLOODS; i++) {
		int64_t wait = ratelimit_wait(&m->flood[i], now);

		if (wait >= 0 && (least < 0 || wait < least))
			least = wait;
	}
	return least;
}

void master_listen(struct master *m, bool on)
{
	if (on == m->listening)
		return;
	for (size_t i = 0; i < m->listeners.n; i++) {
		struct epoll_event e = {.events = EPOLLIN, .data.u64 = MASTER_TAG_LISTENER + i};

		epoll_ctl(m->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, m->listeners.v[i].fd, &e);
	}
	m->listening = on;
}

bool master_has_room(const struct master *m)
{
	const struct config_limits *l = &m->generation->config->limits;
	struct admit_counts now = {
	    .children = m->children.used, .unestablished = m->children.unestablished};
	struct admit_limits max = {l->connections, l->unestablished, l->per_client};

	return admit_room(&now, &max);
}

static bool peer_is_busy(
    const struct master *m, const char *client, const struct addr *peer, size_t candidates)
{
	const struct config_limits *l = &m->generation->config->limits;
	struct admit_counts now = {
	    .of_peer = children_of_peer(&m->children, client, peer), .candidates = candidates};
	struct admit_limits max = {.per_client = l->per_client};

	return !admit_peer(&now, &max);
}

static void refuse(struct master *m, enum flood kind, const char *client, const struct addr *peer,
    uint16_t port, const char *reason)
{
	char text[ADDR_PEER_MAX];

	m->refused++;
	master_flood_line(m, kind, "refused %s%s%speer=%s reason=\"%s\"", client ? "client=" : "",
	    client ? client : "", client ? " " : "", addr_format_peer(peer, port, text), reason);
}

static void refuse_resources(
    struct master *m, const char *client, const struct addr *peer, uint16_t port, int why)
{
	char reason[100];

	snprintf(reason, sizeof(reason), "no process could be started: %s", strerror(why));
	refuse(m, FLOOD_RESOURCES, client, peer, port, reason);
}

/* A listed peer: may it? `row` are the clients that it may be. */
static bool admit_listed(struct master *m, int fd, const struct addr *peer, uint16_t port,
    const struct admit_entry *row, size_t n)
{
	const struct config_client *client = &m->generation->config->clients[row->client];
	const char *name = n == 1 ? client->name : NULL; /* else a certificate will tell */

	if (client->tls && m->keeper_next)
		refuse(m, FLOOD_TLS, name, peer, port,
		    "the key keeper is gone; it will be started again");
	else if (peer_is_busy(m, name, peer, n))
		refuse(m, FLOOD_BUSY, name, peer, port, "per-client connections are used up");
	else if (!master_spawn(m, fd, peer, port, row, n))
		refuse_resources(m, name, peer, port, errno);
	else
		return true;
	return false;
}

/* Who is it? The connection is closed here whatever the answer: a child has its own copy. */
bool master_admit(struct master *m, int fd, const struct sockaddr_storage *from)
{
	const struct admit_entry *row;
	struct addr peer;
	bool admitted = false;
	uint16_t port;
	size_t n;

	if (addr_from_sockaddr((const struct sockaddr *)from, &peer, &port)) {
		row = admit_find(m->generation->admission, &peer, &n);
		if (!row)
			refuse(m, FLOOD_UNLISTED, NULL, &peer, port, "not in the client list");
		else if (m->once)
			m->scope = (struct repair_scope){.client = row, .n = n};
		admitted = row && admit_listed(m, fd, &peer, port, row, n);
	}
	close(fd);
	m->accepted += admitted;
	return admitted;
}

/* No descriptor for a new connection. Left alone, the listener would wake us without end: so the
 * spare one is given up, the connection is closed, and the spare is taken back. */
static bool shed(struct master *m, const struct listener *l)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	struct addr peer = {0};
	uint16_t port = 0;
	int fd;

	if (m->spare < 0) /* it could not be taken back last time */
		m->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (m->spare < 0)
		return false;
	close(m->spare);
	fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		if (addr_from_sockaddr((struct sockaddr *)&from, &peer, &port))
			refuse(m, FLOOD_RESOURCES, NULL, &peer, port, "no descriptors are left");
	}
	m->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static void rest(struct master *m, const char *why)
{
	master_flood_line(m, FLOOD_RESOURCES, "error reason=%s", LOG_QUOTE(why));
	m->pause_until = io_monotonic_ms() + REST_MS;
	master_listen(m, false);
}

void master_accept(struct master *m, const struct listener *l)
{
	int failed = 0, why = 0;

	for (int i = 0; i < MASTER_AT_ONCE; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		int fd;

		if (!master_has_room(m)) {
			master_flood_line(m, FLOOD_FULL,
			    "full connections=%u unestablished=%u reason=\"new connections wait\"",
			    m->children.used, m->children.unestablished);
			master_listen(m, false);
			return;
		}
		fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
		if (fd >= 0) {
			master_admit(m, fd, &from);
			continue;
		}
		switch (errno) {
		case EAGAIN:
			return;
		case EMFILE:
		case ENFILE:
		case ENOBUFS:
		case ENOMEM:
			why = errno; /* which shedding changes */
			if (shed(m, l))
				continue;
			rest(m, strerror(why));
			return;
		default: /* the peer has gone, or the network spoke up: accept(2), ERRORS */
			why = errno;
			failed++;
		}
	}
	if (failed == MASTER_AT_ONCE) /* it is the socket */
		rest(m, strerror(why));
}
