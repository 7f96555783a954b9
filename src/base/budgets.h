/* budgets: a share for each of many, and who has asked for more than it.
 *
 * As ratelimit, for thousands: they have their windows together, so that nobody has to look
 * through all of them, and take no memory until they are used. The memory is the master's alone: a
 * child has none there. Time is an argument. */
#ifndef BUDGETS_H
#define BUDGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budgets;

/* For the numbers from 0 to n - 1. NULL when there is no memory. */
struct budgets *budgets_new(size_t n, int64_t window_ms);
void budgets_free(struct budgets *b);

/* True when `who` has had less than `burst` in this window; otherwise one more is counted as
 * refused. */
bool budgets_take(struct budgets *b, size_t who, unsigned burst, int64_t now_ms);

/* Somebody of a window that is over and how often he was refused, each of them once; false when
 * there is none (any more). A window lasts until this has been said. With INT64_MAX every window
 * is over. */
bool budgets_summary(struct budgets *b, int64_t now_ms, size_t *who, uint64_t *refused);

/* Milliseconds until a summary will be due, or -1 when none is waiting. */
int64_t budgets_wait(const struct budgets *b, int64_t now_ms);

#endif
