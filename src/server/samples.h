/* samples: notes every few seconds what connections and clients count, in their rows of the status
 * area, so that readers can tell rates (status/layout.h: RATES).
 *
 * Refuses to compute any, and to touch the path that records: the counters are there anyway, and
 * only read. While there is no connection nothing changes, and the master sleeps. */
#ifndef SERVER_SAMPLES_H
#define SERVER_SAMPLES_H

#include <stdint.h>

#include "server/area.h"
#include "server/children.h"
#include "server/statpages.h"

struct samples {
	int64_t due;   /* the next ones, monotonic ms; TIMER_NEVER: nobody reads the area */
	unsigned old;  /* of the two the one that is taken next */
	unsigned idle; /* so many were taken without a connection */
};

void samples_init(struct samples *s);

/* The rows of clients are there, with what earlier masters have left, and the area has a file. */
void samples_begin(struct samples *s, struct area *a, int64_t now);

int64_t samples_due(const struct samples *s, const struct children *children);
void samples_take(struct samples *s, struct area *a, const struct children *children,
    const struct statpages *pages, int64_t now);

/* The connection in that row has ended: what it counted is the client's from now on. */
void samples_ended(struct status_client *c, const struct status_child *row);

/* So many came to a client's totals that are not of now. */
void samples_skip(struct status_client *c, uint64_t packets, uint64_t bytes);

#endif
