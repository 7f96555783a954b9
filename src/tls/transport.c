/* transport: see transport.h: what all transports share, the socket; and TCP as it is. */
#include "tls/transport.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/io.h"

#define PROBE_SECONDS 30
#define PROBES        3

/* After this silence a session frees its buffers: thousands of clients may be idle. */
#define QUIET_MS 1000

void transport_init(struct transport *t, int fd, int signals, unsigned keepalive)
{
	*t = (struct transport){.fd = fd, .signals = signals, .queued = -1, .quiet = true};
	io_set_option(fd, SOL_SOCKET, SO_OOBINLINE, 1); /* also where inetd has accepted it */
	io_set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (keepalive == 0)
		return;
	io_keepalive(fd, (int)keepalive, PROBE_SECONDS, PROBES);
	io_set_option(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, ((int)keepalive + PROBE_SECONDS * PROBES) * 1000);
}

void transport_hurry(struct transport *t)
{
	io_set_option(t->fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

static enum transport_status fail(struct transport *t)
{
	snprintf(t->reason, sizeof(t->reason), "%s", strerror(errno));
	return TRANSPORT_ERROR;
}

enum transport_status transport_wait(struct transport *t, int64_t deadline)
{
	struct pollfd p[2] = {
	    {.fd = t->fd, .events = POLLIN}, {.fd = t->signals, .events = POLLIN}};
	int n, timeout = -1;
	bool tell = !t->quiet;

	if (t->queued >= 0)
		return t->queued > 0 ? TRANSPORT_DATA : TRANSPORT_DRAINED;
	if (deadline != TRANSPORT_FOREVER) {
		int64_t left = deadline - io_monotonic_ms();

		timeout = left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
	}
	if (timeout >= 0 && timeout <= QUIET_MS)
		tell = false;
	n = poll(p, 2, tell ? QUIET_MS : timeout);
	if (n == 0) {
		t->quiet = tell;
		return tell ? TRANSPORT_QUIET : TRANSPORT_TIMEOUT;
	}
	if (n < 0)
		return errno == EINTR ? TRANSPORT_SIGNAL : fail(t);
	return p[1].revents ? TRANSPORT_SIGNAL : TRANSPORT_DATA;
}

enum transport_status transport_receive(struct transport *t, void *buf, size_t len, size_t *got)
{
	ssize_t n;

	if (t->queued == 0)
		return TRANSPORT_DRAINED; /* recv() with length 0 returns 0, as at end of file */
	if (t->queued > 0 && (uint64_t)t->queued < len)
		len = (size_t)t->queued;
	n = recv(t->fd, buf, len, MSG_DONTWAIT);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return fail(t);
		return t->queued >= 0 ? TRANSPORT_DRAINED : TRANSPORT_SIGNAL;
	}
	if (n == 0)
		return TRANSPORT_EOF;
	if (t->queued >= 0)
		t->queued -= n;
	t->quiet = false;
	*got = (size_t)n;
	return TRANSPORT_DATA;
}

enum transport_status transport_first_byte(struct transport *t, int64_t deadline)
{
	for (;;) {
		enum transport_status st = transport_wait(t, deadline);
		char byte;
		ssize_t n;

		if (st != TRANSPORT_DATA)
			return st;
		n = recv(t->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		if (n == 0)
			return TRANSPORT_EOF;
		if (n > 0)
			return TRANSPORT_DATA;
		if (errno != EAGAIN && errno != EINTR)
			return fail(t);
	}
}

void transport_drain(struct transport *t)
{
	int n = 0;

	if (t->queued >= 0)
		return;
	if (ioctl(t->fd, FIONREAD, &n) < 0 || n < 0)
		n = 0;
	t->queued = n;
}

void transport_refuse(struct transport *t, bool ours)
{
	const struct linger none = {.l_onoff = 1, .l_linger = 0};

	if (t->say_refused)
		t->say_refused(t, ours);
	setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void transport_confirm(struct transport *t)
{
	if (t->say_stored)
		t->say_stored(t);
}

static enum transport_status read_plain(
    struct transport *t, void *buf, size_t len, int64_t deadline, size_t *got)
{
	enum transport_status st = transport_wait(t, deadline);

	return st == TRANSPORT_DATA ? transport_receive(t, buf, len, got) : st;
}

void transport_plain(struct transport *t)
{
	t->read = read_plain;
}
