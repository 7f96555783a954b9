/* place: the name that a capture gets in the archive.
 *
 * Its own where that is free, else one with a larger number, found with a few questions to the
 * index however many are taken. Refuses to open captures, and to give names: archive/settle does.
 */
#ifndef ARCHIVE_PLACE_H
#define ARCHIVE_PLACE_H

#include <stdbool.h>

#include "archive/depot.h"
#include "capture/capname.h"
#include "config/config.h"

#define PLACE_REASON_MAX 300

struct place {
	struct depot *depot;
	const struct config_archive *archive;
	const char *client, *name;
	const struct capname *parts; /* of the name */
};

enum place_found {
	PLACE_FREE,
	PLACE_ORPHAN,  /* a file that is in no index has it, and is open */
	PLACE_REFUSED, /* with a reason: it would be one that the archive keeps for itself */
	PLACE_FAILED   /* with a reason */
};

/* A name beneath the path that is in no index. orphan: NULL, and what has a file is taken. */
enum place_found place_find(
    const struct place *p, char path[DEPOT_PATH_MAX], int *orphan, char reason[PLACE_REASON_MAX]);

#endif
