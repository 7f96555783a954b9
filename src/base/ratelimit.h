/* ratelimit: how many lines of one kind may be logged, and how many were not.
 *
 * Pure: time is an argument (milliseconds of any clock that does not step back). */
#ifndef RATELIMIT_H
#define RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct ratelimit {
	unsigned burst;      /* so many are allowed in one window */
	int64_t window_ms;   /* length of a window */
	int64_t start_ms;    /* when the current window began */
	unsigned used;       /* allowed in the current window */
	uint64_t suppressed; /* refused in the current window */
	uint64_t untold;     /* refused in windows that are over, and in no summary yet */
};

/* True when one more may be logged now; otherwise it is counted as suppressed. */
bool ratelimit_allow(struct ratelimit *r, int64_t now_ms);

/* The number suppressed, once their window is over; 0 before that or when there were none.
 * A number other than 0 is returned once. With INT64_MAX every window is over. */
uint64_t ratelimit_summary(struct ratelimit *r, int64_t now_ms);

/* Milliseconds until a summary will be due, or -1 when none is waiting. */
int64_t ratelimit_wait(const struct ratelimit *r, int64_t now_ms);

#endif
