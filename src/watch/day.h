/* day: when there were packets in the last day, by the index of the archive.
 *
 * Reads no capture: what is being recorded, or waits to be archived, is not in it. */
#ifndef WATCH_DAY_H
#define WATCH_DAY_H

#include <stddef.h>

#include "config/config.h"
#include "view/coverage.h"

/* NULL, or why not: one line, in `why`; coverage_free() in either case. now: nanoseconds since
 * 1970. */
#define DAY_WHY_MAX 256
const char *day_make(struct coverage *v, const struct config *config, int64_t now, size_t steps,
    char why[DAY_WHY_MAX]);

#endif
