/* adopt: files that a crash has left in the archive without their rows in the index.
 *
 * archive/intent has noted which they may be. Each is read again and put into the index, whatever
 * the configuration says of its name now; its capture, which is where it was, is then known to be
 * archived before. Before any capture is taken. Refuses to remove files: what cannot be read keeps
 * its note, and is tried at the next start. */
#ifndef ARCHIVE_ADOPT_H
#define ARCHIVE_ADOPT_H

#include <stdbool.h>

#include "archive/depot.h"
#include "config/config.h"

/* Ends early when SIGTERM or SIGINT waits, which the caller blocks. False with a reason: it could
 * not be done for all; each file that stays without a row has its own line. */
bool adopt_run(struct depot *depot, const struct config *config, char reason[DEPOT_REASON_MAX]);

#endif
