/* send_net: see send_net.h. */
#include "send/net.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

#define FRAME_HEADER 4u
#define PAYLOAD_MAX  65535u
#define TYPE_HEADER  0
#define TYPE_DATA    1
#define SECOND       INT64_C(1000000000)
#define TICK         (SECOND / 10)
/* How often a busy sender looks whether the server has left or a signal is pending: seldom
 * enough to cost nothing, often enough not to be noticed. */
#define LOOK (SECOND / 100)

static bool send_plain_open(struct send_transport *t, int fd);

int64_t send_net_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SECOND + ts.tv_nsec;
}

__attribute__((format(printf, 2, 3))) static bool failed(struct send_net *n, const char *fmt, ...)
{
	int at = snprintf(n->error, sizeof(n->error), "%s%s", n->where, n->where[0] ? ": " : "");
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(n->error + at, sizeof(n->error) - (size_t)at, fmt, ap);
	va_end(ap);
	return false;
}

static void disconnect(struct send_net *n)
{
	if (n->transport.close)
		n->transport.close(&n->transport);
	n->transport = (struct send_transport){.fd = -1};
	n->begin_sent = 0;
}

static bool lost(struct send_net *n, int err)
{
	if (err != 0 && n->transport.why)
		failed(n, "%s", n->transport.why);
	else if (err == 0 || err == EPIPE)
		failed(n, "the server closed the connection before everything was sent");
	else
		failed(n, "connection lost: %s", strerror(err));
	disconnect(n);
	return false;
}

/* ---- waiting ---- */

static void tick(struct send_net *n, int64_t now)
{
	if (!n->tick || now - n->ticked < TICK)
		return;
	n->ticked = now;
	n->tick(n->context, now);
}

/* The only place where signals come in. Count of ready descriptors; 0 after the deadline or when
 * *stop is set, which the caller must bound by a deadline of its own; -1 with errno. */
static int wait_for(struct send_net *n, struct pollfd *fds, nfds_t count, int64_t deadline)
{
	for (;;) {
		int64_t now = send_net_now(), until = deadline, left;
		struct timespec ts;
		int ready;

		tick(n, now);
		if (n->tick && (until < 0 || until > now + TICK))
			until = now + TICK;
		left = until > now ? until - now : 0;
		ts = (struct timespec){.tv_sec = left / SECOND, .tv_nsec = (long)(left % SECOND)};
		ready = ppoll(fds, count, until < 0 ? NULL : &ts, &n->wait_mask);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return ready;
		if (*n->stop || (deadline >= 0 && send_net_now() >= deadline))
			return 0;
	}
}

/* Reads what the server sent: it sends nothing but its end. False, disconnected, after that. */
static bool still_open(struct send_net *n)
{
	char data[512];
	ssize_t got = n->transport.read(&n->transport, data, sizeof(data));

	if (got > 0) {
		failed(n, "the other end sent data, so it is no osmo-pcap-server");
		disconnect(n);
		return false;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	return lost(n, got == 0 ? 0 : errno);
}

/* Has the server left? Lets pending signals in, too. */
static bool look(struct send_net *n, int64_t now)
{
	struct pollfd p = {.fd = n->transport.fd, .events = POLLIN};
	struct timespec none = {0};

	n->looked = now;
	return ppoll(&p, 1, &none, &n->wait_mask) <= 0 || still_open(n);
}

/* ---- connecting ---- */

static void set_options(int fd)
{
	int on = 1, idle = 60, interval = 30, probes = 3;

	/* None is worth failing for. What is written is meant to go: this file does the merging.
	 * No TCP_USER_TIMEOUT: a server that waits for its disk keeps its window shut for long. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

static bool bind_source(const struct send_net *n, int fd)
{
	struct sockaddr_storage ss;
	socklen_t len;

	if (n->source.len == 0)
		return true;
	len = addr_to_sockaddr(&n->source, 0, &ss);
	return bind(fd, (struct sockaddr *)&ss, len) == 0;
}

static bool await_connect(struct send_net *n, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int err = 0;
	socklen_t len = sizeof(err);
	int ready = wait_for(n, &p, 1, -1);

	if (ready < 0)
		return failed(n, "cannot wait: %s", strerror(errno));
	if (ready == 0)
		return failed(n, "interrupted while connecting");
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0)
		err = errno;
	return err == 0 || failed(n, "cannot connect: %s", strerror(err));
}

static bool connect_fd(struct send_net *n, int fd, const struct addrinfo *ai)
{
	char text[ADDR_TEXT_MAX];

	if (!bind_source(n, fd))
		return failed(n, "cannot send from source address %s: %s",
		    addr_format(&n->source, text), strerror(errno));
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return true;
	if (errno == EINPROGRESS)
		return await_connect(n, fd);
	return failed(n, "cannot connect: %s", strerror(errno));
}

/* The handshake of the transport that was just opened. */
static bool start(struct send_net *n)
{
	int64_t limit = send_net_now() + SEND_START_S * SECOND;

	while (n->transport.start(&n->transport) != 0) {
		struct pollfd p = {.fd = n->transport.fd, .events = n->transport.wants};
		int ready;

		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return failed(
			    n, "%s", n->transport.why ? n->transport.why : strerror(errno));
		ready = wait_for(n, &p, 1, limit);
		if (ready < 0)
			return failed(n, "cannot wait: %s", strerror(errno));
		if (*n->stop)
			return failed(n, "interrupted while connecting");
		if (ready == 0)
			return failed(n, "no TLS handshake within %d seconds", SEND_START_S);
	}
	return true;
}

static bool open_transport(struct send_net *n, int fd)
{
	if (!n->open)
		return send_plain_open(&n->transport, fd);
	if (!n->open(n->opener, &n->transport, fd)) {
		n->transport = (struct send_transport){.fd = -1};
		return failed(n, "no memory for the connection");
	}
	if (!n->transport.start || start(n))
		return true;
	disconnect(n);
	return false;
}

static bool connect_one(struct send_net *n, const struct addrinfo *ai)
{
	struct addr a, given;
	uint16_t port;
	char peer[ADDR_PEER_MAX];
	int fd;

	if (!addr_from_sockaddr(ai->ai_addr, &a, &port))
		return failed(n, "not an IP address");
	addr_format_peer(&a, port, peer);
	if (addr_parse(n->host, &given))
		snprintf(n->where, sizeof(n->where), "%s", peer);
	else
		snprintf(n->where, sizeof(n->where), "%.255s (%s)", n->host, peer);
	/* The kernel's family, not the normalised one, is what the socket and a mapped address
	 * need. */
	if (n->source.len != 0 && n->source.len != (ai->ai_family == AF_INET ? 4 : 16))
		return failed(n, "the source address is of another IP version");
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed(n, "cannot make a socket: %s", strerror(errno));
	if (!connect_fd(n, fd, ai)) {
		close(fd);
		return false;
	}
	set_options(fd);
	return open_transport(n, fd);
}

/* Tries every address of the host, found anew each time because it may move. */
static bool establish(struct send_net *n)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *list;
	char port[8];
	bool ok = false;
	int err;

	snprintf(n->where, sizeof(n->where), "%.255s port %u", n->host, n->port);
	snprintf(port, sizeof(port), "%u", n->port);
	err = getaddrinfo(n->host, port, &hints, &list);
	if (err != 0)
		return failed(n, "cannot find the address: %s",
		    err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err));
	for (struct addrinfo *ai = list; ai && !ok && !*n->stop; ai = ai->ai_next)
		ok = connect_one(n, ai);
	freeaddrinfo(list);
	if (!ok && *n->stop)
		return failed(n, "interrupted while not connected; not everything was sent");
	if (ok && n->noticed && n->notice) {
		char text[400];

		snprintf(text, sizeof(text), "%s: connected again", n->where);
		n->notice(n->context, text);
	}
	n->noticed = n->noticed && !ok;
	return ok;
}

/* After a lost or failed connection: is there to be another one, and is it time for it? */
static bool recover(struct send_net *n)
{
	if (!n->reconnect || *n->stop)
		return false;
	if (!n->noticed && n->notice) {
		char text[sizeof(n->error) + 64];

		snprintf(text, sizeof(text), "%s; trying every %d seconds", n->error, SEND_RETRY_S);
		n->notice(n->context, text);
	}
	n->noticed = true;
	wait_for(n, NULL, 0, send_net_now() + SEND_RETRY_S * SECOND);
	if (*n->stop)
		return failed(n, "interrupted while not connected; not everything was sent");
	return true;
}

/* ---- writing ---- */

/* Waits until the transport can go on; *limit is set once a signal has come. */
static bool await_writable(struct send_net *n, int64_t *limit)
{
	struct pollfd p = {.fd = n->transport.fd};
	int ready;

	p.events = (short)(n->transport.wants | POLLIN);
	if (*n->stop && *limit < 0)
		*limit = send_net_now() + SEND_STOP_S * SECOND;
	ready = wait_for(n, &p, 1, *limit);
	if (ready < 0)
		return lost(n, errno);
	if (ready > 0 && (p.revents & POLLIN) && !still_open(n))
		return false;
	if (ready == 0 && *limit >= 0 && send_net_now() >= *limit) {
		failed(n, "the server has taken nothing for %d seconds", SEND_STOP_S);
		disconnect(n);
		return false;
	}
	return true;
}

/* *done: how much of it the kernel has; also after a failure. */
static bool write_all(struct send_net *n, const uint8_t *data, size_t len, size_t *done)
{
	int64_t limit = -1;

	for (*done = 0; *done < len;) {
		ssize_t got = n->transport.write(&n->transport, data + *done, len - *done);

		if (got >= 0) {
			*done += (size_t)got;
			n->bytes += (uint64_t)got;
			limit = -1;
		} else if (errno == EAGAIN) {
			if (!await_writable(n, &limit))
				return false;
		} else if (errno != EINTR) {
			return lost(n, errno);
		}
	}
	return true;
}

static size_t frame_len(const uint8_t *frame)
{
	return FRAME_HEADER + bytes_load16(frame + 2, true);
}

/* Keeps the frames that were not handed over whole. */
static void forget_sent(struct send_net *n, size_t done)
{
	size_t at = 0;

	while (at < n->end && at + frame_len(n->buf + at) <= done)
		at += frame_len(n->buf + at);
	memmove(n->buf, n->buf + at, n->end - at);
	n->end -= at;
}

/* One attempt on one connection. */
static bool deliver(struct send_net *n)
{
	size_t done;
	bool ok;

	if (!n->transport.close && !establish(n))
		return false;
	if (n->begin_sent < n->begin_len) {
		if (!write_all(n, n->begin + n->begin_sent, n->begin_len - n->begin_sent, &done))
			return false;
		n->begin_sent = n->begin_len;
	}
	ok = write_all(n, n->buf, n->end, &done);
	forget_sent(n, done);
	return ok;
}

bool send_net_flush(struct send_net *n)
{
	if (n->begin_len == 0)
		return true; /* not connected yet: there is no link header to connect with */
	for (;;) {
		if (deliver(n)) {
			int64_t now = send_net_now();

			tick(n, now);
			if (now - n->looked < LOOK || look(n, now))
				return true;
		}
		if (!recover(n))
			return false;
	}
}

bool send_net_wait(struct send_net *n, int fd, int64_t deadline)
{
	for (;;) {
		struct pollfd p[2] = {{.fd = fd, .events = POLLIN},
		    {.fd = n->transport.close ? n->transport.fd : -1, .events = POLLIN}};
		int ready = wait_for(n, p, 2, deadline);

		if (ready < 0)
			return failed(n, "cannot wait: %s", strerror(errno));
		if (p[1].revents && ready > 0 && !still_open(n) &&
		    !(recover(n) && send_net_flush(n)))
			return false;
		if (ready == 0 || p[0].revents)
			return true;
	}
}

/* ---- frames ---- */

static size_t put_frame(uint8_t *p, uint8_t type, const void *data, size_t len)
{
	p[0] = type;
	p[1] = 0;
	bytes_store16(p + 2, (uint16_t)len, true);
	memcpy(p + FRAME_HEADER, data, len);
	return FRAME_HEADER + len;
}

bool send_net_data(struct send_net *n, const void *data, size_t len)
{
	n->end += put_frame(n->buf + n->end, TYPE_DATA, data, len);
	return n->end < SEND_FLUSH || send_net_flush(n);
}

static bool begin_holds(const struct send_net *n, size_t at, const void *data, size_t len)
{
	return n->begin_len - at >= FRAME_HEADER + len &&
	       frame_len(n->begin + at) == FRAME_HEADER + len &&
	       memcmp(n->begin + at + FRAME_HEADER, data, len) == 0;
}

/* Adds to what connections begin with, and sends that. What is in the buffer belongs to what was
 * in force before, so it goes first. */
static bool begin_add(struct send_net *n, uint8_t type, const void *data, size_t len)
{
	if (n->end > 0 && !send_net_flush(n))
		return false;
	if (type == TYPE_HEADER)
		n->begin_len = n->begin_sent = 0;
	if (n->begin_room - n->begin_len < FRAME_HEADER + len) {
		size_t room = (n->begin_len + FRAME_HEADER + len) * 2;
		uint8_t *p = realloc(n->begin, room);

		if (!p) {
			snprintf(n->error, sizeof(n->error), "no memory for the link header");
			return false;
		}
		n->begin = p;
		n->begin_room = room;
	}
	n->begin_len += put_frame(n->begin + n->begin_len, type, data, len);
	n->begin_seen = n->begin_len;
	return send_net_flush(n);
}

bool send_net_header(struct send_net *n, const void *data, size_t len)
{
	if (n->begin_len > 0 && begin_holds(n, 0, data, len)) {
		n->begin_seen = FRAME_HEADER + len;
		return true;
	}
	return begin_add(n, TYPE_HEADER, data, len);
}

/* The header in force was repeated, which the server was not told, and is now followed by another
 * interface than before. That interface would get a wrong number, so a header that holds it, and
 * therefore is another one, begins a new file. */
static bool begin_fork(struct send_net *n, const void *data, size_t len)
{
	uint8_t *header = malloc(n->begin_seen + len);
	size_t total = 0, at = 0;
	bool ok;

	if (!header) {
		snprintf(n->error, sizeof(n->error), "no memory for the link header");
		return false;
	}
	while (at < n->begin_seen) {
		size_t size = frame_len(n->begin + at);

		memcpy(header + total, n->begin + at + FRAME_HEADER, size - FRAME_HEADER);
		total += size - FRAME_HEADER;
		at += size;
	}
	memcpy(header + total, data, len);
	total += len;
	if (total > PAYLOAD_MAX)
		snprintf(n->error, sizeof(n->error),
		    "sections with equal headers, different interfaces and %zu bytes of them "
		    "cannot be sent",
		    total);
	ok = total <= PAYLOAD_MAX && begin_add(n, TYPE_HEADER, header, total);
	free(header);
	return ok;
}

bool send_net_interface(struct send_net *n, const void *data, size_t len)
{
	if (n->begin_seen < n->begin_len && begin_holds(n, n->begin_seen, data, len)) {
		n->begin_seen += FRAME_HEADER + len;
		return true;
	}
	if (n->begin_seen < n->begin_len)
		return begin_fork(n, data, len);
	return begin_add(n, TYPE_DATA, data, len);
}

/* ---- the end ---- */

/* Bytes, our end of stream included, that the other kernel has not acknowledged. */
static int unacknowledged(const struct send_net *n)
{
	int left = 0;

	return ioctl(n->transport.fd, SIOCOUTQ, &left) == 0 ? left : 0;
}

/* What the last read gave: is that the end as it should be? */
static bool closed_well(struct send_net *n, ssize_t got)
{
	if (got == 0 && unacknowledged(n) == 0)
		return true;
	if (got == 0)
		return failed(n, "the server closed the connection before it had read everything");
	if (got > 0)
		return failed(n, "the other end sent data, so it is no osmo-pcap-server");
	if (n->transport.why)
		return failed(n, "%s", n->transport.why);
	return failed(n, "the server ended the connection before it had read everything: %s",
	    strerror(errno));
}

static bool await_close(struct send_net *n)
{
	int64_t limit = send_net_now() + SEND_FINISH_S * SECOND;
	int least = INT_MAX;
	char data[512];
	ssize_t got;

	for (;;) {
		struct pollfd p = {.fd = n->transport.fd, .events = POLLIN};
		int64_t now = send_net_now();
		int left = unacknowledged(n);
		int ready;

		if (left < least) {
			least = left;
			limit = now + SEND_FINISH_S * SECOND;
		}
		if (now >= limit)
			return failed(n,
			    "the server has not closed the connection within %d seconds",
			    SEND_FINISH_S);
		ready = wait_for(n, &p, 1, now + SECOND);
		if (ready < 0)
			return failed(n, "cannot wait: %s", strerror(errno));
		if (ready == 0)
			continue;
		got = n->transport.read(&n->transport, data, sizeof(data));
		if (got >= 0 || (errno != EAGAIN && errno != EINTR))
			return closed_well(n, got);
	}
}

bool send_net_finish(struct send_net *n)
{
	int64_t limit;

	if (n->begin_len == 0)
		return true;
	if (!send_net_flush(n) || !look(n, send_net_now()))
		return false;
	limit = send_net_now() + SEND_FINISH_S * SECOND;
	while (n->transport.finish(&n->transport) != 0) {
		if (errno == EAGAIN && !await_writable(n, &limit))
			return false;
		if (errno != EAGAIN && errno != EINTR)
			return lost(n, errno);
	}
	return await_close(n);
}

void send_net_close(struct send_net *n)
{
	disconnect(n);
	free(n->begin);
	n->begin = NULL;
}

/* ---- the plain transport ---- */

static ssize_t plain_write(struct send_transport *t, const void *data, size_t len)
{
	t->wants = POLLOUT;
	return send(t->fd, data, len, MSG_NOSIGNAL);
}

static ssize_t plain_read(struct send_transport *t, void *data, size_t len)
{
	t->wants = POLLIN;
	return recv(t->fd, data, len, 0);
}

static int plain_finish(struct send_transport *t)
{
	return shutdown(t->fd, SHUT_WR);
}

static void plain_close(struct send_transport *t)
{
	close(t->fd);
}

static bool send_plain_open(struct send_transport *t, int fd)
{
	*t = (struct send_transport){.fd = fd,
	    .write = plain_write,
	    .read = plain_read,
	    .finish = plain_finish,
	    .close = plain_close};
	return true;
}
