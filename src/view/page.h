/* page: coverage as one page of HTML that needs nothing besides itself.
 *
 * The chart is inline SVG, a drawing for each client; there is no script, and nothing is fetched;
 * light or dark as the browser wants it, and as wide as its window. It is well-formed XML as well.
 * Refuses to add up. */
#ifndef VIEW_PAGE_H
#define VIEW_PAGE_H

#include <stdio.h>

#include "base/when.h"
#include "view/coverage.h"

/* The whole page. config: for commands that it shows; NULL: the one that is read without an option.
 */
void page_print(
    const struct coverage *v, const struct when_zone *zone, const char *config, FILE *to);

/* Its parts, for pages of others: a head with the style, the chart with a line that explains it, a
 * text between tags or in an attribute (names are printable; this holds for whatever comes), the
 * end. */
void page_begin(const char *title, FILE *to);
void page_chart(const struct coverage *v, const struct when_zone *zone, FILE *to);
void page_text(const char *text, FILE *to);
void page_end(FILE *to);

#endif
