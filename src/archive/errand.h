/* errand: what is asked for instead of archiving: --plan, --verify, --rebuild.
 *
 * Prints to standard output what they have to tell. Refuses to open the archive. */
#ifndef ARCHIVE_ERRAND_H
#define ARCHIVE_ERRAND_H

#include <stdbool.h>

#include "archive/depot.h"
#include "archive/options.h"
#include "config/config.h"

bool errand_is(enum mode mode);

/* How the archive is opened for this mode. */
enum depot_use errand_use(enum mode mode);

/* The exit status. */
int errand_run(const struct options *o, struct depot *depot, const struct config *config);

#endif
