/* gaps: the longest of the times without packets that a coverage has.
 *
 * Refuses to draw. Pure. */
#ifndef VIEW_GAPS_H
#define VIEW_GAPS_H

#include <stddef.h>

#include "view/coverage.h"

struct gap {
	const struct coverage_row *row;
	size_t begin, end; /* steps; end is not one of it */
};

/* At most `room` of them into out[], the longest first; of equal ones the first; but for hosts of a
 * network that have no packet at all. Returns how many. */
size_t gaps_longest(const struct coverage *v, struct gap *out, size_t room);

/* The longest of a row; of none an empty one. */
struct gap gaps_of_row(const struct coverage *v, const struct coverage_row *r);

/* The packets on both sides of it are in the range from *from to *to, both included, as far as they
 * are in the coverage. */
void gaps_range(const struct coverage *v, const struct gap *g, int64_t *from, int64_t *to);

#endif
