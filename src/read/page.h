/* page: coverage as one page of HTML that needs nothing besides itself.
 *
 * The chart is inline SVG; there is no script, and nothing is fetched; light or dark as the browser
 * wants it. Refuses to add up. */
#ifndef READ_PAGE_H
#define READ_PAGE_H

#include <stdio.h>

#include "read/coverage.h"
#include "base/when.h"

void page_print(const struct coverage *v, const struct when_zone *zone, FILE *to);

#endif
