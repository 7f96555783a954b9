/* floods: which lines the master may still log when there are too many of a kind.
 *
 * Two limits: of lines of one kind (refusals, shortages) for the whole server, and of connections
 * of one client whose routine lines are logged. What was suppressed is counted, and logged when
 * its window is over. Refuses to decide anything but logging. */
#ifndef SERVER_FLOODS_H
#define SERVER_FLOODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ratelimit.h"
#include "config/clients.h"

struct generation;

enum flood {
	FLOOD_UNLISTED,
	FLOOD_TLS,
	FLOOD_BUSY,
	FLOOD_RESOURCES,
	FLOOD_FULL,
	FLOOD_PROXY,
	FLOODS
};

struct floods {
	struct ratelimit kind[FLOODS];
	int64_t
	    clients_due; /* first end of a window in which a client had connections suppressed */
};

void floods_init(struct floods *f);

/* May one more line of this kind be logged now? */
bool floods_line(struct floods *f, enum flood kind);

/* May this connection log its routine lines? `candidate` are the clients in `g` that it may be;
 * clients that only a certificate tells apart share the count of the first of them. */
bool floods_client(struct floods *f, struct generation *g, const struct admit_entry *candidate,
    size_t candidates, int64_t now);

/* May it be logged now that connections of this client replace each other? Once a minute. */
bool floods_replaced(struct generation *g, const char *client, int64_t now);

/* Logs what was suppressed in windows that are over at `now`; INT64_MAX: in all, which must come
 * before `g` is replaced. */
void floods_summaries(struct floods *f, struct generation *g, int64_t now);

/* When the next summary is due; INT64_MAX: never. */
int64_t floods_due(const struct floods *f);

#endif
