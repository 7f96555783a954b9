/* rows: the chart of a page: an axis, and for each client a drawing in SVG with its numbers.
 *
 * A path for each stretch with packets, a rectangle for each gap; what is in them is told where the
 * pointer is. The style is the page's. Refuses to add up. */
#ifndef VIEW_ROWS_H
#define VIEW_ROWS_H

#include <stdio.h>

#include "base/when.h"
#include "view/coverage.h"

void rows_print(const struct coverage *v, const struct when_zone *zone, FILE *to);

#endif
