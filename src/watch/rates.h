/* rates: how much comes in a second, from counters and the samples that a server takes of them
 * (status/layout.h: RATES). Pure. */
#ifndef WATCH_RATES_H
#define WATCH_RATES_H

#include <stdint.h>

#include "status/layout.h"

/* A counter that is `n` and was `before` so many milliseconds ago, in a second. 0 where that cannot
 * be: it fell, or it was at no time. */
double rates_second(uint64_t n, uint64_t before, int64_t ms);

/* The sample that rates of the last seconds are computed from, and how old it is in milliseconds;
 * 0: there is none. clock: CLOCK_MONOTONIC now, in milliseconds. */
struct rates_sample {
	unsigned which;
	int64_t ms;
};
struct rates_sample rates_sample(const struct status_server *h, int64_t clock);

#endif
