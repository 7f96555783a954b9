/* send_net: frames to the server, over one connection after another.
 *
 * Collects frames in a buffer of its own, writes them, notices when the server leaves, and
 * connects again when it was told to. The connection is made when the link header is there, not
 * before: a server drops a peer that stays silent after connecting. Refuses to know what is inside
 * a frame, except which ones a new connection must begin with.
 *
 * Every function that returns bool gives false with link.error once it cannot go on; the connection
 * is then of no use. Signals: see send_link. Once *stop is set, no new connection is made.
 *
 * Times are nanoseconds of CLOCK_MONOTONIC. Lengths are bytes. */
#ifndef SEND_NET_H
#define SEND_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/frame.h"
#include "send/link.h"

/* Written when this much has come together, or sooner when no more input is there. */
#define SEND_FLUSH  (64u << 10)
#define SEND_BUFFER (SEND_FLUSH + FRAME_MAX)

#define SEND_PORT_DEFAULT 54321

struct send_net {
	struct send_link link; /* its upper part is set by the caller; the rest zero */

	/* The rest is its own. */
	uint8_t buf[SEND_BUFFER]; /* whole frames, all for the header in force */
	size_t end;
	/* What a new connection begins with: the frame of the link header in force, then those of
	 * the interfaces that were declared later. */
	uint8_t *begin;
	size_t begin_len, begin_room;
	size_t begin_sent; /* of it, on this connection */
	size_t begin_seen; /* of it, in this pass of the input */
};

/* Whether there was a link header. */
static inline bool send_net_begun(const struct send_net *n)
{
	return n->begin_len > 0;
}

/* Takes a copy of everything. A link header that is in force already is not sent again. */
bool send_net_header(struct send_net *n, const void *data, size_t len);

/* A pcapng interface description that comes after the link header; part of it from now on. */
bool send_net_interface(struct send_net *n, const void *data, size_t len);

/* Everything else. len is at most 65535. */
bool send_net_data(struct send_net *n, const void *data, size_t len);

/* Hands everything to the kernel. */
bool send_net_flush(struct send_net *n);

/* Waits until fd (-1: none) is readable, the deadline (-1: none) has passed, or *stop is set. */
bool send_net_wait(struct send_net *n, int fd, int64_t deadline);

/* Flushes, says that nothing more comes, and waits for the server to close. True means that the
 * server has taken every byte. */
bool send_net_finish(struct send_net *n);

void send_net_close(struct send_net *n);

#endif
