/* timers: what has to be done at a time, in one table.
 *
 * When an entry is due is a function of the state, so there is nothing to set, cancel or keep
 * in step: an entry that is done must say a later time, or TIMER_NEVER. Pure: the state belongs to
 * the entries' functions, time is an argument (monotonic ms). */
#ifndef SERVER_TIMERS_H
#define SERVER_TIMERS_H

#include <stddef.h>
#include <stdint.h>

struct master; /* only passed through */

/* A time that does not come. */
#define TIMER_NEVER INT64_MAX

struct timer {
	int64_t (*due)(const struct master *m); /* may be past; TIMER_NEVER: nothing to do */
	void (*run)(struct master *m, int64_t now);
};

/* The timeout for epoll_wait(): ms until the first entry is due, 0 if one is already, at most
 * INT32_MAX; -1: none is. */
int timers_wait(const struct timer *t, size_t n, const struct master *m, int64_t now);

/* Runs what is due, in the order of the table, each entry at most once. */
void timers_run(const struct timer *t, size_t n, struct master *m, int64_t now);

#endif
