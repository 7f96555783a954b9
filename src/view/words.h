/* words: names, times and numbers as a page of HTML has them.
 *
 * Refuses to know where on it they stand. */
#ifndef VIEW_WORDS_H
#define VIEW_WORDS_H

#include <stdint.h>
#include <stdio.h>

#include "base/when.h"
#include "view/coverage.h"

/* Between tags or in an attribute. Names are printable; this holds for whatever comes. */
void words_text(const char *text, FILE *to);

void words_who(const struct coverage_row *r, FILE *to);

/* Whole seconds, with the zone's offset where --from can read that. */
const char *words_time(int64_t ns, const struct when_zone *zone, char out[WHEN_TEXT_MAX]);
void words_print_time(int64_t ns, const struct when_zone *zone, FILE *to);

/* Groups of three digits, with a narrow space between them. */
void words_count(uint64_t n, FILE *to);

/* Of packets in so many steps: a second, a minute, an hour or a day. */
void words_rate(const struct coverage *v, uint64_t packets, size_t steps, FILE *to);

#endif
