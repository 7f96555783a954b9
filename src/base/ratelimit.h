/* ratelimit: how many events of one kind may be logged in a time window, and how many were not.
 *
 * Pure: time is an argument (milliseconds of any clock that does not step back). Zeroed memory with
 * `burst` and `window_ms` set is ready for use, and both may be set anew before any call: an array
 * of thousands takes no memory until its elements are used. Refuses to log: it counts. */
#ifndef BASE_RATELIMIT_H
#define BASE_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* A summary that is not due at any time. */
#define RATELIMIT_NEVER INT64_MAX

struct ratelimit {
	unsigned burst;      /* this many are allowed in one window */
	unsigned used;       /* allowed in the current window */
	int64_t window_ms;   /* length of a window */
	int64_t start_ms;    /* when the current window began */
	uint64_t suppressed; /* refused in the current window */
	uint64_t unreported; /* refused in windows that are over, and in no summary yet */
};

/* True when one more may be logged now; otherwise it is counted as suppressed. */
bool ratelimit_allow(struct ratelimit *r, int64_t now_ms);

/* The number suppressed, once their window is over; 0 before that or when there were none.
 * A number other than 0 is returned once. With INT64_MAX every window is over. */
uint64_t ratelimit_summary(struct ratelimit *r, int64_t now_ms);

/* When the next summary is due: a time that may be past, or RATELIMIT_NEVER. */
int64_t ratelimit_due(const struct ratelimit *r);

#endif
