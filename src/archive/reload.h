/* reload: a new configuration for the archive that runs, and the directories it names, all or
 * nothing.
 *
 * Refuses what needs a restart, and to put anything into effect. */
#ifndef ARCHIVE_RELOAD_H
#define ARCHIVE_RELOAD_H

#include "archive/sources.h"
#include "config/config.h"

/* c: what was read, NULL when it has errors, which were logged. False, with the rest of them
 * logged: the old one stays, and c was freed. */
bool reload_accept(const struct config *old, struct config *c, struct sources *out);

#endif
