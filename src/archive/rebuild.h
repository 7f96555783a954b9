/* rebuild: the index, made anew from the archived files alone.
 *
 * Each file is read again as archive/refile does. The new index is made beside the old one and
 * replaces it at the end. Names, times and contents are then as before; what has been handed over
 * is known to the index alone, and forgotten. Refuses to change the files. */
#ifndef ARCHIVE_REBUILD_H
#define ARCHIVE_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/crew.h"
#include "archive/depot.h"
#include "config/config.h"

/* A file that does not come into the index, and why. */
typedef void rebuild_tell(void *context, const char *path, const char *why);

struct rebuild {
	struct depot *depot; /* opened with DEPOT_REBUILD */
	const struct config *config;
	rebuild_tell *tell;
	void *context;

	/* At the end. */
	uint64_t files, stored; /* in the index, and their bytes */
	uint64_t unreadable;    /* files named like archived ones which are none, directories */
	uint64_t others;        /* files that are named otherwise */
	char reason[DEPOT_REASON_MAX];
};

/* False with a reason: the old index is as it was. */
bool rebuild_run(struct rebuild *r);

#endif
