/* chart: coverage as bars of a terminal, or as JSON.
 *
 * Refuses to add up. */
#ifndef VIEW_CHART_H
#define VIEW_CHART_H

#include <stdio.h>

#include "view/coverage.h"
#include "base/when.h"

/* How many steps a line of so many columns has room for, where names are so wide. */
size_t chart_steps(size_t columns, size_t widest);

/* utf8: eighths of blocks; else ASCII. */
void chart_print(
    const struct coverage *v, size_t widest, const struct when_zone *zone, bool utf8, FILE *to);

/* An object a line for each row. */
void chart_print_json(const struct coverage *v, FILE *to);

/* "1.2 GB" */
#define CHART_BYTES_MAX 16
const char *chart_bytes(uint64_t bytes, char out[CHART_BYTES_MAX]);

/* "2 h 30 min" */
#define CHART_DURATION_MAX 32
const char *chart_duration(uint64_t ns, char out[CHART_DURATION_MAX]);

#endif
