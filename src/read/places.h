/* places: the directories in which captures are recorded and completed, and what lies in them.
 *
 * Each directory of a configuration once, those of recordings first: that is the way captures go.
 * Gives each capture of the server there, opened. Refuses to read it. */
#ifndef READ_PLACES_H
#define READ_PLACES_H

#include <stdbool.h>
#include <sys/stat.h>

#include "capture/capname.h"
#include "config/config.h"
#include "read/tell.h"

struct place_file {
	const char *directory, *name;
	struct capname parts;
	int fd; /* whoever takes it closes it */
	struct stat st;
	bool recording; /* marked as being recorded, or as waiting for repair */
};

/* take() gets each; its false ends it, and makes this false. A directory that cannot be looked at
 * is told. */
bool places_look(const struct config *c, struct tell *tell,
    bool (*take)(void *context, const struct place_file *f), void *context);

#endif
