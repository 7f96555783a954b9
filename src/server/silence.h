/* silence: which clients have sent no packet for longer than their max-silence.
 *
 * Says so once in the log, and once more when a packet of the client is there again. It compares
 * the children's counters of packets with what they were the last time, every few seconds, and only
 * where a client has max-silence; a client that was never seen counts from the start. Refuses to
 * believe more of a counter than that it has changed, and to end a connection (idle-timeout does).
 */
#ifndef SERVER_SILENCE_H
#define SERVER_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/children.h"
#include "server/generation.h"
#include "server/statpages.h"

struct silence_client {
	int64_t heard; /* monotonic ms: when new packets were last noticed, or the start */
	bool silent;   /* the log says so */
};

struct silence {
	struct silence_client
	    *client; /* of each client of the configuration; NULL: none is watched */
	size_t n;
	int64_t every; /* ms between two looks */
	int64_t due;   /* of the next one, monotonic ms; TIMER_NEVER: none is watched */
};

void silence_init(struct silence *s);
void silence_free(struct silence *s);

/* The configuration is in effect from now on. Clients that had the same name in `old` stay what
 * they were; NULL: there was none. */
void silence_watch(
    struct silence *s, const struct config *c, const struct config *old, int64_t now);

/* Notices the packets of a child that is about to be forgotten. g: the current generation. */
void silence_last(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, struct child *k);

/* Looks at all children and clients. */
void silence_look(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, int64_t now);

#endif
