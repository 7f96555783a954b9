/* axis: marks of a time axis, where the zone's clock shows round times.
 *
 * At most ten or so, whole seconds up to whole years apart, by the calendar: after a change of the
 * clock they go on at round times, and an hour that comes twice is marked twice. Refuses to draw.
 * Pure. */
#ifndef VIEW_AXIS_H
#define VIEW_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/when.h"

#define AXIS_MARKS_MAX 32
#define AXIS_TEXT_MAX  32

struct axis_mark {
	int64_t time; /* seconds since 1970 */
	bool main;    /* a day begins among hours, or a year among days or months */
	char text[AXIS_TEXT_MAX];
};

/* Of begin up to end, which are nanoseconds since 1970. Returns how many. */
size_t axis_marks(
    int64_t begin, int64_t end, const struct when_zone *zone, struct axis_mark out[AXIS_MARKS_MAX]);

#endif
