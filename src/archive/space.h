/* space: what is free on the archive's filesystem, and what the files in work take of it.
 *
 * Each file in work is a capture on its way into the archive that may still fail: what it takes is
 * then free again. Refuses to decide what follows from that. Sizes are bytes. */
#ifndef ARCHIVE_SPACE_H
#define ARCHIVE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"

/* What this user can still write there, and how much the filesystem has. False with errno. */
bool space_free(const struct depot *d, uint64_t *free, uint64_t *all);

/* 0 also where that may not be looked at. */
uint64_t space_in_work(const struct depot *d);

/* Whether so little is left that nothing can be archived, whatever it is. */
bool space_is_full(const struct depot *d);

/* The same, if nothing of what is in work came into the archive. */
bool space_stays_full(const struct depot *d);

#endif
