/* page: coverage as one page of HTML that needs nothing besides itself.
 *
 * The chart is inline SVG, a drawing for each client; there is no script, and nothing is fetched;
 * light or dark as the browser wants it, and as wide as its window. It is well-formed XML as well.
 * Refuses to add up. */
#ifndef READ_PAGE_H
#define READ_PAGE_H

#include <stdio.h>

#include "base/when.h"
#include "read/coverage.h"

/* config: for commands that the page shows; NULL: the one that is read without an option. */
void page_print(
    const struct coverage *v, const struct when_zone *zone, const char *config, FILE *to);

#endif
