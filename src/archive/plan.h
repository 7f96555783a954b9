/* plan: what is stored, how fast it grows, when a limit is reached, what would be deleted now.
 *
 * Prints tables to standard output. Reads the index alone, also while a daemon runs. Refuses to
 * change anything, and to guess how captures will come in the future: it counts those of the last
 * week. */
#ifndef ARCHIVE_PLAN_H
#define ARCHIVE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"
#include "config/config.h"

/* False with a reason. */
bool plan_print(
    struct depot *depot, const struct config *config, int64_t now, char reason[DEPOT_REASON_MAX]);

#endif
