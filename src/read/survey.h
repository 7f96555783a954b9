/* survey: the coverage of a catalog.
 *
 * Added up from the profiles that the index has, and from those of scanned captures. Refuses to
 * draw. */
#ifndef READ_SURVEY_H
#define READ_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/catalog.h"
#include "view/coverage.h"

/* Of the catalog's captures, in so many steps. Clients of the configuration that are wanted have a
 * row also where there is no capture of them in that time. Without limits of time it reaches from
 * the first to the last packet, and has no row where there is no capture at all; now: where a range
 * has no end. False: it was told why. */
bool survey_make(struct coverage *v, struct catalog *c, const struct catalog_range *range,
    struct patterns *patterns, int64_t now, size_t steps);

#endif
