/* admission: see admission.h. */
#include "server/admission.h"
#include "server/connection_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/io.h"
#include "config/clients.h"
#include "server/door.h"
#include "server/events.h"
#include "server/reap.h"
#include "server/seen.h"
#include "server/spawn.h"
#include "server/state.h"
#include "server/timers.h"

/* How long accepting pauses when the system is out of a resource. */
#define REST_MS 1000

/* With one connection: files that earlier ones of that client left are repaired after this. */
#define REPAIR_AFTER_MS 2000

void admission_listen(struct master *m, bool on)
{
	if (on == m->accepting.listening)
		return;
	for (size_t i = 0; i < m->accepting.listeners.n; i++) {
		struct epoll_event e = {.events = EPOLLIN, .data.u64 = TAG_LISTENER + i};

		epoll_ctl(m->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
		    m->accepting.listeners.v[i].fd, &e);
	}
	m->accepting.listening = on;
}

static bool limits_leave_room(const struct master *m)
{
	const struct config_limits *l = &m->generation->config->limits;
	struct admit_counts now = {
	    .children = m->children.used, .unestablished = m->children.unestablished};
	struct admit_limits max = {l->connections, l->unestablished, 0};

	return admit_room(&now, &max);
}

/* A child that has exited holds its place only until it is reaped, and no newcomer for it. */
static bool has_room(struct master *m)
{
	if (limits_leave_room(m))
		return true;
	reap_exited(m);
	return limits_leave_room(m);
}

void admission_resume(struct master *m)
{
	if (!m->loop.stopping_since && !m->accepting.listening &&
	    m->accepting.resting_until == TIMER_NEVER && has_room(m))
		admission_listen(m, true);
}

/* `row` are the clients that the peer may be; `client`: the only one, or NULL. */
static bool has_all(const struct master *m, const char *client, const struct addr *peer,
    const struct admit_entry *row, size_t n)
{
	struct admit_counts now = {.of_peer = children_of_peer(&m->children, client, peer)};
	struct admit_limits max = {.of_peer = admit_per_client(m->generation->config, row, n)};

	return !admit_peer(&now, &max);
}

static bool peer_is_busy(struct master *m, const char *client, const struct addr *peer,
    const struct admit_entry *row, size_t n)
{
	if (!has_all(m, client, peer, row, n))
		return false;
	reap_exited(m);
	return has_all(m, client, peer, row, n);
}

static void refuse(struct master *m, enum flood kind, const char *client, const struct peer *peer,
    const char *reason)
{
	static const enum status_refused why[FLOODS] = {[FLOOD_UNLISTED] = STATUS_UNLISTED,
	    [FLOOD_TLS] = STATUS_NO_KEEPER,
	    [FLOOD_BUSY] = STATUS_PER_CLIENT,
	    [FLOOD_RESOURCES] = STATUS_RESOURCES,
	    [FLOOD_PROXY] = STATUS_PROXY};

	m->accepting.refused++;
	seen_refused(m, why[kind], client);
	if (floods_line(&m->floods, kind))
		event_refused(kind == FLOOD_RESOURCES, client, peer, reason);
}

static void refuse_resources(struct master *m, const char *client, const struct peer *peer, int why)
{
	char reason[100];

	snprintf(reason, sizeof(reason), "no process could be started: %s", strerror(why));
	refuse(m, FLOOD_RESOURCES, client, peer, reason);
}

/* Whether a listed peer is admitted. `row` are the clients that it may be. */
static bool admit_listed(
    struct master *m, int fd, const struct peer *peer, const struct admit_entry *row, size_t n)
{
	const struct config_client *client = &m->generation->config->clients[row->client];
	const char *name = n == 1 ? client->name : NULL; /* else a certificate will choose */

	if (client->tls && keepers_gone(&m->keepers))
		refuse(m, FLOOD_TLS, name, peer,
		    "the key keeper is not running; it will be started again");
	else if (peer_is_busy(m, name, &peer->addr, row, n))
		refuse(m, FLOOD_BUSY, name, peer, "per-client connections are used up");
	else if (!spawn(m, fd, peer, row, n))
		refuse_resources(m, name, peer, errno);
	else
		return true;
	return false;
}

/* Decides about a peer that is known. The connection is closed here whatever the decision: a child
 * has its own copy. */
static bool admit(struct master *m, int fd, const struct peer *peer)
{
	size_t n;
	const struct admit_entry *row = admit_find(m->generation->admission, &peer->addr, &n);
	bool admitted = row && admit_listed(m, fd, peer, row, n);

	if (!row)
		refuse(m, FLOOD_UNLISTED, NULL, peer, ADMISSION_UNLISTED);
	if (admitted && m->once) {
		m->repairs.scope = (struct repair_scope){.client = row, .n = n};
		repairs_after(&m->repairs, io_monotonic_ms() + REPAIR_AFTER_MS);
	}
	close(fd);
	m->accepting.accepted += admitted;
	return admitted;
}

/* Whoever is behind the proxy is not known yet: a doorman reads it. */
static bool ask(struct master *m, int fd, const struct peer *proxy)
{
	if (spawn_doorman(m, fd, proxy))
		return true;
	refuse_resources(m, NULL, proxy, errno);
	close(fd);
	return false;
}

bool admission_one(struct master *m, int fd, const struct sockaddr_storage *from)
{
	struct peer peer = {.port = 0};

	if (!addr_from_sockaddr((const struct sockaddr *)from, &peer.addr, &peer.port)) {
		close(fd);
		return false;
	}
	return config_is_proxy(m->generation->config, &peer.addr) ? ask(m, fd, &peer)
								  : admit(m, fd, &peer);
}

/* ---- what doormen have found ---- */

/* A proxy looks whether the server is there. */
static void end_check(struct master *m, int fd, const struct peer *proxy, const char *reason)
{
	event_not_relayed(proxy, reason);
	close(fd);
	m->ends.completed = true;
}

static void refuse_header(struct master *m, int fd, const struct peer *proxy, const char *reason)
{
	refuse(m, FLOOD_PROXY, NULL, proxy, reason);
	close(fd);
}

/* A reload may have changed what is said of the proxy; a proxy behind a proxy would have to be
 * asked in turn. */
static void admit_relayed(struct master *m, int fd, const struct peer *peer)
{
	const struct config *c = m->generation->config;

	if (!config_is_proxy(c, &peer->via))
		refuse_header(m, fd, peer, "a reload has taken the proxy out of proxies");
	else if (config_is_proxy(c, &peer->addr))
		refuse_header(m, fd, peer, "the PROXY header names a proxy");
	else
		admit(m, fd, peer);
}

/* The slot is free again before the connection gets its next process. */
static void decide(struct master *m, struct child *k)
{
	const struct door_report found = k->found;
	const struct peer proxy = k->peer;
	int fd = k->door;

	seen_undone(m, k);
	reap_forget(m, k);
	if (m->loop.stopping_since || found.found == PROXYHEAD_MORE)
		close(fd); /* the reason is in the log */
	else if (found.found == PROXYHEAD_PEER)
		admit_relayed(m, fd,
		    &(struct peer){found.addr, (uint16_t)found.port, .via = proxy.addr,
			.via_port = proxy.port});
	else if (found.found == PROXYHEAD_LOCAL)
		end_check(m, fd, &proxy, "PROXY LOCAL: a connection of the proxy itself");
	else if (found.found == PROXYHEAD_EMPTY)
		end_check(m, fd, &proxy, "peer closed the connection without a byte");
	else
		refuse_header(m, fd, &proxy, proxyhead_reason((enum proxyhead)found.found));
}

int64_t admission_answers_due(const struct master *m)
{
	return m->accepting.answers > 0 ? 0 : TIMER_NEVER;
}

void admission_answers(struct master *m, int64_t now)
{
	(void)now;
	m->accepting.answers = 0;
	for (struct child *k = children_first(&m->children); k; k = children_next(&m->children, k))
		if (door_has_ended(k))
			decide(m, k);
}

/* ---- new connections ---- */

/* No descriptor is left for a new connection, and the listener would stay readable: the spare one
 * is closed for a moment, the connection is taken with it and closed, and the spare is opened
 * again. */
static bool shed(struct master *m, const struct listener *l)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	struct peer peer = {.port = 0};
	int fd;

	if (m->accepting.spare < 0) /* the last call could not open it again */
		m->accepting.spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (m->accepting.spare < 0)
		return false;
	close(m->accepting.spare);
	fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		if (addr_from_sockaddr((struct sockaddr *)&from, &peer.addr, &peer.port))
			refuse(m, FLOOD_RESOURCES, NULL, &peer, "no descriptors are left");
	}
	m->accepting.spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static void rest(struct master *m, const char *why)
{
	if (floods_line(&m->floods, FLOOD_RESOURCES))
		event_error(why);
	m->accepting.resting_until = io_monotonic_ms() + REST_MS;
	admission_listen(m, false);
}

void admission_waiting(struct master *m, const struct listener *l)
{
	int failed = 0, why = 0;

	for (int i = 0; i < ADMISSION_AT_ONCE; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		int fd;

		if (!has_room(m)) {
			seen_full(m);
			if (floods_line(&m->floods, FLOOD_FULL))
				event_full(m->children.used, m->children.unestablished);
			admission_listen(m, false);
			return;
		}
		fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
		if (fd >= 0) {
			admission_one(m, fd, &from);
			continue;
		}
		switch (errno) {
		case EAGAIN:
			return;
		case EMFILE:
		case ENFILE:
		case ENOBUFS:
		case ENOMEM:
			why = errno; /* shed() overwrites it */
			if (shed(m, l))
				continue;
			rest(m, strerror(why));
			return;
		default: /* an error of the connection, already gone: accept(2), ERRORS */
			why = errno;
			failed++;
		}
	}
	if (failed == ADMISSION_AT_ONCE) /* an error of the socket itself */
		rest(m, strerror(why));
}
