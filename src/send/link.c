/* send_link: see link.h. */
#include "send/link.h"

#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#define TICK (SEND_SECOND / 10)

/* What a reset means: the server ends a stream that it refuses with one. */
#define REFUSED "the server refused this host or its stream, or went away: its log says why"

int64_t send_link_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SEND_SECOND + ts.tv_nsec;
}

bool send_link_failed(struct send_link *l, const char *fmt, ...)
{
	int at = snprintf(l->error, sizeof(l->error), "%s%s", l->where, l->where[0] ? ": " : "");
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->error + at, sizeof(l->error) - (size_t)at, fmt, ap);
	va_end(ap);
	return false;
}

void send_link_close(struct send_link *l)
{
	if (l->transport.close)
		l->transport.close(&l->transport);
	l->transport = (struct send_transport){.fd = -1};
}

void send_link_notice_connected(struct send_link *l)
{
	char text[400];

	l->unconfirmed = false;
	l->noticed = false;
	if (!l->notice)
		return;
	snprintf(text, sizeof(text), "%s: connected again", l->where);
	l->notice(l->context, text);
}

bool send_link_lost(struct send_link *l, int err)
{
	if (err != 0 && l->transport.why)
		send_link_failed(l, "%s", l->transport.why);
	else if (err == ECONNRESET || err == EPIPE)
		send_link_failed(l, REFUSED);
	else if (err == 0)
		send_link_failed(l, "the server closed the connection before everything was sent: "
				    "its log says why");
	else
		send_link_failed(l, "connection lost: %s", strerror(err));
	send_link_close(l);
	return false;
}

/* ---- waiting ---- */

void send_link_tick(struct send_link *l, int64_t now)
{
	if (!l->tick || now - l->ticked < TICK)
		return;
	l->ticked = now;
	l->tick(l->context, now);
}

/* Behind many connections that were ended at once, another one is told only when it lasts. */
static void confirm(struct send_link *l, int64_t now)
{
	if (l->unconfirmed && now >= l->since + SEND_RETRY_LONG_S * SEND_SECOND)
		send_link_notice_connected(l);
}

int send_link_wait(struct send_link *l, struct pollfd *fds, nfds_t count, int64_t deadline)
{
	for (;;) {
		int64_t now = send_link_now(), until = deadline, left;
		struct timespec ts;
		int ready;

		send_link_tick(l, now);
		confirm(l, now);
		if (l->unconfirmed &&
		    (until < 0 || until > l->since + SEND_RETRY_LONG_S * SEND_SECOND))
			until = l->since + SEND_RETRY_LONG_S * SEND_SECOND;
		if (l->tick && (until < 0 || until > now + TICK))
			until = now + TICK;
		left = until > now ? until - now : 0;
		ts = (struct timespec){
		    .tv_sec = left / SEND_SECOND, .tv_nsec = (long)(left % SEND_SECOND)};
		ready = ppoll(fds, count, until < 0 ? NULL : &ts, &l->wait_mask);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return ready;
		if (*l->stop || (deadline >= 0 && send_link_now() >= deadline))
			return 0;
	}
}

bool send_link_still_open(struct send_link *l)
{
	char data[512];
	ssize_t got = l->transport.read(&l->transport, data, sizeof(data));

	if (got > 0) {
		send_link_failed(l, "the other end sent data, so it is no osmo-pcap-server");
		send_link_close(l);
		return false;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	return send_link_lost(l, got == 0 ? 0 : errno);
}

bool send_link_look(struct send_link *l, int64_t now)
{
	struct pollfd p = {.fd = l->transport.fd, .events = POLLIN};
	struct timespec none = {0};

	l->looked = now;
	confirm(l, now);
	return ppoll(&p, 1, &none, &l->wait_mask) <= 0 || send_link_still_open(l);
}

/* ---- writing ---- */

/* Waits until the transport can go on; *limit is set once a signal has come. */
static bool await_writable(struct send_link *l, int64_t *limit)
{
	struct pollfd p = {.fd = l->transport.fd};
	int ready;

	p.events = (short)(l->transport.wants | POLLIN);
	if (*l->stop && *limit < 0)
		*limit = send_link_now() + SEND_STOP_S * SEND_SECOND;
	ready = send_link_wait(l, &p, 1, *limit);
	if (ready < 0)
		return send_link_lost(l, errno);
	if (ready > 0 && (p.revents & POLLIN) && !send_link_still_open(l))
		return false;
	if (ready == 0 && *limit >= 0 && send_link_now() >= *limit) {
		send_link_failed(l, "the server has taken nothing for %d seconds", SEND_STOP_S);
		send_link_close(l);
		return false;
	}
	return true;
}

bool send_link_write(struct send_link *l, const uint8_t *data, size_t len, size_t *done)
{
	int64_t limit = -1;

	for (*done = 0; *done < len;) {
		ssize_t got = l->transport.write(&l->transport, data + *done, len - *done);

		if (got >= 0) {
			*done += (size_t)got;
			l->bytes += (uint64_t)got;
			limit = -1;
		} else if (errno == EAGAIN) {
			if (!await_writable(l, &limit))
				return false;
		} else if (errno != EINTR) {
			return send_link_lost(l, errno);
		}
	}
	return true;
}

/* ---- the end ---- */

/* Bytes, our end of stream included, that the other kernel has not acknowledged. */
static int unacknowledged(const struct send_link *l)
{
	int left = 0;

	return ioctl(l->transport.fd, SIOCOUTQ, &left) == 0 ? left : 0;
}

/* What the last read gave: is that the end as it should be? */
static bool closed_well(struct send_link *l, ssize_t got)
{
	if (got == 0 && unacknowledged(l) == 0 && l->confirm && !l->transport.confirmed)
		return send_link_failed(l,
		    "the server closed the connection without confirming that all is stored: its "
		    "log says why, unless something between has closed it");
	if (got == 0 && unacknowledged(l) == 0)
		return true;
	if (got == 0)
		return send_link_failed(
		    l, "the server closed the connection before it had read everything");
	if (got > 0)
		return send_link_failed(l, "the other end sent data, so it is no osmo-pcap-server");
	if (l->transport.why)
		return send_link_failed(l, "%s", l->transport.why);
	if (errno == ECONNRESET || errno == EPIPE)
		return send_link_failed(l, REFUSED);
	return send_link_failed(l,
	    "the server ended the connection before it had read everything: %s", strerror(errno));
}

static bool await_close(struct send_link *l)
{
	int64_t limit = send_link_now() + SEND_FINISH_S * SEND_SECOND;
	int least = INT_MAX;
	char data[512];
	ssize_t got;

	for (;;) {
		struct pollfd p = {.fd = l->transport.fd, .events = POLLIN};
		int64_t now = send_link_now();
		int left = unacknowledged(l);
		int ready;

		if (left < least) {
			least = left;
			limit = now + SEND_FINISH_S * SEND_SECOND;
		}
		if (now >= limit)
			return send_link_failed(l,
			    "the server has not closed the connection within %d seconds",
			    SEND_FINISH_S);
		ready = send_link_wait(l, &p, 1, now + SEND_SECOND);
		if (ready < 0)
			return send_link_failed(l, "cannot wait: %s", strerror(errno));
		if (ready == 0)
			continue;
		got = l->transport.read(&l->transport, data, sizeof(data));
		if (got >= 0 || (errno != EAGAIN && errno != EINTR))
			return closed_well(l, got);
	}
}

bool send_link_finish(struct send_link *l)
{
	int64_t limit = send_link_now() + SEND_FINISH_S * SEND_SECOND;

	while (l->transport.finish(&l->transport) != 0) {
		if (errno == EAGAIN && !await_writable(l, &limit))
			return false;
		if (errno != EAGAIN && errno != EINTR)
			return send_link_lost(l, errno);
	}
	return await_close(l);
}
