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

struct places_visitor {
	/* Whether a file is known, so that it need not be opened; NULL: none is. */
	bool (*is_known)(void *of, dev_t dev, ino_t ino, const char *name);
	/* Gets each of the others; its false ends it. */
	bool (*take)(void *of, const struct place_file *f);
	void *of;
};

/* False: it was ended, or something could not be looked at, which was told. */
bool places_look(const struct config *c, struct tell *tell, const struct places_visitor *v);

#endif
