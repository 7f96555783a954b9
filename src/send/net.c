/* send_net: see net.h. */
#include "send/net.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "send/connect.h"

/* How often a busy sender looks whether the server has left or a signal is pending: seldom
 * enough to cost nothing, often enough not to be noticed. */
#define LOOK (SEND_SECOND / 100)

/* ---- writing ---- */

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

	if (!send_link_is_open(&n->link)) {
		n->begin_sent = 0;
		if (!send_connect(&n->link))
			return false;
	}
	if (n->begin_sent < n->begin_len) {
		if (!send_link_write(
			&n->link, n->begin + n->begin_sent, n->begin_len - n->begin_sent, &done))
			return false;
		n->begin_sent = n->begin_len;
	}
	ok = send_link_write(&n->link, n->buf, n->end, &done);
	forget_sent(n, done);
	return ok;
}

bool send_net_flush(struct send_net *n)
{
	if (!send_net_begun(n))
		return true; /* not connected yet: there is no link header to connect with */
	for (;;) {
		if (deliver(n)) {
			int64_t now = send_link_now();

			send_link_tick(&n->link, now);
			if (now - n->link.looked < LOOK || send_link_look(&n->link, now))
				return true;
		}
		if (!send_connect_recover(&n->link))
			return false;
	}
}

bool send_net_wait(struct send_net *n, int fd, int64_t deadline)
{
	for (;;) {
		struct pollfd p[2] = {{.fd = fd, .events = POLLIN},
		    {.fd = send_link_is_open(&n->link) ? n->link.transport.fd : -1,
			.events = POLLIN}};
		int ready = send_link_wait(&n->link, p, 2, deadline);

		if (ready < 0)
			return send_link_failed(&n->link, "cannot wait: %s", strerror(errno));
		if (p[1].revents && ready > 0 && !send_link_still_open(&n->link) &&
		    !(send_connect_recover(&n->link) && send_net_flush(n)))
			return false;
		if (ready == 0 || p[0].revents)
			return true;
	}
}

/* ---- frames ---- */

static size_t put_frame(uint8_t *p, enum frame_type type, const void *data, size_t len)
{
	p[0] = (uint8_t)type;
	p[1] = 0;
	bytes_store16(p + 2, (uint16_t)len, true);
	memcpy(p + FRAME_HEADER, data, len);
	return FRAME_HEADER + len;
}

bool send_net_data(struct send_net *n, const void *data, size_t len)
{
	n->end += put_frame(n->buf + n->end, FRAME_LINK_DATA, data, len);
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
static bool begin_add(struct send_net *n, enum frame_type type, const void *data, size_t len)
{
	if (n->end > 0 && !send_net_flush(n))
		return false;
	if (type == FRAME_LINK_HEADER)
		n->begin_len = n->begin_sent = 0;
	if (n->begin_room - n->begin_len < FRAME_HEADER + len) {
		size_t room = (n->begin_len + FRAME_HEADER + len) * 2;
		uint8_t *p = realloc(n->begin, room);

		if (!p) {
			snprintf(
			    n->link.error, sizeof(n->link.error), "no memory for the link header");
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
	return begin_add(n, FRAME_LINK_HEADER, data, len);
}

/* The header in force was repeated, which the server was not told, and is now followed by another
 * interface than before. That interface would get a wrong number, so a header that holds it, and
 * therefore is another one, begins a new file. */
static bool begin_anew(struct send_net *n, const void *data, size_t len)
{
	uint8_t *header = malloc(n->begin_seen + len);
	size_t total = 0, at = 0;
	bool ok;

	if (!header) {
		snprintf(n->link.error, sizeof(n->link.error), "no memory for the link header");
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
	if (total > FRAME_PAYLOAD_MAX)
		snprintf(n->link.error, sizeof(n->link.error),
		    "sections with equal headers, different interfaces and %zu bytes of them "
		    "cannot be sent",
		    total);
	ok = total <= FRAME_PAYLOAD_MAX && begin_add(n, FRAME_LINK_HEADER, header, total);
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
		return begin_anew(n, data, len);
	return begin_add(n, FRAME_LINK_DATA, data, len);
}

/* ---- the end ---- */

bool send_net_finish(struct send_net *n)
{
	if (!send_net_begun(n))
		return true;
	return send_net_flush(n) && send_link_look(&n->link, send_link_now()) &&
	       send_link_finish(&n->link);
}

void send_net_close(struct send_net *n)
{
	send_link_close(&n->link);
	free(n->begin);
	n->begin = NULL;
}
