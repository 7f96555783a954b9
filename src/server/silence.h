/* silence: which clients have sent no packet for longer than their max-silence.
 *
 * Says so once in the log, and once more when a packet of the client is there again: until then it
 * stays silent, whatever becomes of max-silence. It compares the children's counters of packets
 * with what they were the last time, every few seconds, and only where there is a max-silence; a
 * client that was never seen counts from the start. A child that waits for room on our disk has a
 * packet in hand: its client is not silent. What is known of a client is in its row of the area.
 * Refuses to believe more of a counter than that it has changed, of a time more than that it was
 * between the last look and now, and to end a connection (idle-timeout does). */
#ifndef SERVER_SILENCE_H
#define SERVER_SILENCE_H

#include <stdint.h>

#include "server/area.h"
#include "server/children.h"
#include "server/generation.h"
#include "server/statpages.h"

struct silence {
	int64_t every;  /* ms between two looks */
	int64_t looked; /* the last one */
	int64_t due;    /* of the next one, monotonic ms; TIMER_NEVER: none is watched */
};

void silence_init(struct silence *s);

/* This configuration is in effect from now on, and the area has its rows. */
void silence_watch(struct silence *s, const struct config *c, struct area *area, int64_t now);

/* A packet of the client has come at `when`. Without max-silence it is noted all the same. */
void silence_heard(struct area *area, size_t client, const char *name, int64_t when);

/* Notices the packets of a child that is about to be forgotten. g: the current generation. */
void silence_last(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, struct child *k, struct area *area);

/* Looks at all children and clients. */
void silence_look(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, struct area *area, int64_t now);

#endif
