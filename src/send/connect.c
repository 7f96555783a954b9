/* send_connect: see connect.h. */
#include "send/connect.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/io.h"
#include "send/address.h"

/* TCP looks whether a silent server is still there. */
#define KEEPALIVE_S 60
#define PROBE_S     30
#define PROBES      3

/* What is written is meant to go at once: send_net does the merging. No TCP_USER_TIMEOUT: a server
 * that waits for its disk keeps its window shut for long. */
static void set_options(int fd)
{
	io_set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	io_keepalive(fd, KEEPALIVE_S, PROBE_S, PROBES);
}

static uint32_t scope(const struct sockaddr_storage *ss)
{
	return ss->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)ss)->sin6_scope_id : 0;
}

static void set_scope(struct sockaddr_storage *ss, uint32_t value)
{
	if (ss->ss_family == AF_INET6)
		((struct sockaddr_in6 *)ss)->sin6_scope_id = value;
}

/* Both ends of a connection between link-local addresses are of one interface, so that each may
 * have the zone from the other. */
static bool set_scopes(
    struct send_link *l, struct sockaddr_storage *from, struct sockaddr_storage *to)
{
	uint32_t own = l->source_zone ? send_address_scope(l->source_zone) : scope(to);
	char text[ADDR_TEXT_MAX];

	addr_format(&l->source, text);
	if (own == 0 && l->source_zone)
		return send_link_failed(l,
		    "cannot send from source address %s%%%s: there is no such interface", text,
		    l->source_zone);
	if (own == 0)
		return send_link_failed(l,
		    "cannot send from source address %s: it needs its interface, as in %s%%eth0",
		    text, text);
	set_scope(from, own);
	if (scope(to) == 0)
		set_scope(to, own);
	return true;
}

static bool bind_source(struct send_link *l, int fd, struct sockaddr_storage *to)
{
	char text[ADDR_TEXT_MAX];
	struct sockaddr_storage from;
	socklen_t len;

	if (l->source.len == 0)
		return true;
	len = addr_to_sockaddr(&l->source, 0, &from);
	if (send_address_is_link_local(&l->source) && !set_scopes(l, &from, to))
		return false;
	return bind(fd, (struct sockaddr *)&from, len) == 0 ||
	       send_link_failed(l, "cannot send from source address %s: %s",
		   addr_format(&l->source, text), strerror(errno));
}

static bool await_connect(struct send_link *l, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int err = 0;
	socklen_t len = sizeof(err);
	int ready = send_link_wait(l, &p, 1, -1);

	if (ready < 0)
		return send_link_failed(l, "cannot wait: %s", strerror(errno));
	if (ready == 0)
		return send_link_failed(l, "interrupted while connecting");
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0)
		err = errno;
	return err == 0 || send_link_failed(l, "cannot connect: %s", strerror(err));
}

static bool lacks_zone(const struct sockaddr_storage *to)
{
	struct addr a;
	uint16_t port;

	return addr_from_sockaddr((const struct sockaddr *)to, &a, &port) &&
	       send_address_is_link_local(&a) && scope(to) == 0;
}

static bool connect_fd(struct send_link *l, int fd, const struct addrinfo *ai)
{
	struct sockaddr_storage to = {0};

	memcpy(&to, ai->ai_addr, ai->ai_addrlen);
	if (!bind_source(l, fd, &to))
		return false;
	if (lacks_zone(&to))
		return send_link_failed(l,
		    "cannot connect: this address needs its interface, as in %.64s%%eth0", l->host);
	if (connect(fd, (struct sockaddr *)&to, ai->ai_addrlen) == 0)
		return true;
	if (errno == EINPROGRESS)
		return await_connect(l, fd);
	return send_link_failed(l, "cannot connect: %s", strerror(errno));
}

/* The handshake of the transport that was just opened. */
static bool start(struct send_link *l)
{
	int64_t limit = send_link_now() + SEND_START_S * SEND_SECOND;

	while (l->transport.start(&l->transport) != 0) {
		struct pollfd p = {.fd = l->transport.fd, .events = l->transport.wants};
		int ready;

		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return send_link_failed(
			    l, "%s", l->transport.why ? l->transport.why : strerror(errno));
		ready = send_link_wait(l, &p, 1, limit);
		if (ready < 0)
			return send_link_failed(l, "cannot wait: %s", strerror(errno));
		if (*l->stop)
			return send_link_failed(l, "interrupted while connecting");
		if (ready == 0)
			return send_link_failed(
			    l, "no TLS handshake within %d seconds", SEND_START_S);
	}
	return true;
}

static bool open_transport(struct send_link *l, int fd)
{
	if (!l->open)
		return send_plain_open(&l->transport, fd);
	if (!l->open(l->opener, &l->transport, fd)) {
		l->transport = (struct send_transport){.fd = -1};
		return send_link_failed(l, "no memory for the connection");
	}
	if (!l->transport.start || start(l))
		return true;
	send_link_close(l);
	return false;
}

/* Where the connection goes, for messages. */
static bool name_server(struct send_link *l, const struct addrinfo *ai)
{
	char peer[ADDR_PEER_MAX];
	struct addr a, given;
	const char *zone;
	uint16_t port;

	if (!addr_from_sockaddr(ai->ai_addr, &a, &port))
		return false;
	addr_format_peer(&a, port, peer);
	if (!send_address_parse(l->host, &given, &zone))
		snprintf(l->where, sizeof(l->where), "%.255s (%s)", l->host, peer);
	else if (zone)
		snprintf(l->where, sizeof(l->where), "[%.128s]:%u", l->host, l->port);
	else
		snprintf(l->where, sizeof(l->where), "%s", peer);
	return true;
}

static bool connect_one(struct send_link *l, const struct addrinfo *ai)
{
	int fd;

	if (!name_server(l, ai))
		return send_link_failed(l, "not an IP address");
	/* The kernel's family, not the normalised one, is what the socket and a mapped address
	 * need. */
	if (l->source.len != 0 && l->source.len != (ai->ai_family == AF_INET ? 4 : 16))
		return send_link_failed(l, "the source address is of another IP version");
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return send_link_failed(l, "cannot make a socket: %s", strerror(errno));
	if (!connect_fd(l, fd, ai)) {
		close(fd);
		return false;
	}
	l->since = send_link_now();
	set_options(fd);
	return open_transport(l, fd);
}

bool send_connect(struct send_link *l)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *list;
	char port[8];
	bool ok = false;
	int err;

	l->since = -1;
	snprintf(l->where, sizeof(l->where), "%.255s port %u", l->host, l->port);
	snprintf(port, sizeof(port), "%u", l->port);
	err = getaddrinfo(l->host, port, &hints, &list);
	if (err != 0)
		return send_link_failed(l, "cannot find the address: %s",
		    err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err));
	for (struct addrinfo *ai = list; ai && !ok && !*l->stop; ai = ai->ai_next)
		ok = connect_one(l, ai);
	freeaddrinfo(list);
	if (!ok && *l->stop)
		return send_link_failed(
		    l, "interrupted while not connected; not everything was sent");
	l->unconfirmed = ok && send_retry_many(&l->retry);
	if (ok && l->noticed && !l->unconfirmed)
		send_link_notice_connected(l);
	return ok;
}

/* Why there is no connection, and when the next one is tried. Of many that are ended at once one
 * line says it, and no further one comes until one has lasted. */
static void notice_lost(struct send_link *l, unsigned pause)
{
	char text[sizeof(l->error) + 160];

	if (l->noticed || !l->notice)
		return;
	if (send_retry_many(&l->retry))
		snprintf(text, sizeof(text),
		    "%s: ended %u connections as soon as they began: does its log refuse this "
		    "stream? trying again in %u s, and ever less often, up to every %d s",
		    l->where, l->retry.ended, pause, SEND_RETRY_MAX_S);
	else if (l->since < 0)
		snprintf(text, sizeof(text), "%s; trying every %u seconds", l->error, pause);
	else
		snprintf(text, sizeof(text), "%s; trying again in %u s", l->error, pause);
	l->notice(l->context, text);
}

bool send_connect_recover(struct send_link *l)
{
	int64_t now = send_link_now();
	unsigned pause;

	if (!l->reconnect || *l->stop)
		return false;
	pause = send_retry_pause(&l->retry, l->since < 0 ? -1 : now - l->since);
	notice_lost(l, pause);
	l->noticed = true;
	l->unconfirmed = false;
	send_link_wait(l, NULL, 0, now + pause * SEND_SECOND);
	if (*l->stop)
		return send_link_failed(
		    l, "interrupted while not connected; not everything was sent");
	return true;
}
