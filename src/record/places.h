/* places: the directories in which captures are recorded and completed, and what lies in them.
 *
 * Each directory of a configuration once, those of recordings first: that is the way captures go.
 * Gives each capture of the server there, opened. Refuses to read it. */
#ifndef RECORD_PLACES_H
#define RECORD_PLACES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "capture/capname.h"
#include "config/config.h"

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
	/* Something cannot be looked at: one line that begins with its path. */
	void (*trouble)(void *of, const char *text);
	void *of;
};

/* False: it was ended, or something could not be looked at, which was told. */
bool places_look(const struct config *c, const struct places_visitor *v);

/* One by its name, in a directory that is open and has that path. False: it is none of the
 * server's, or cannot be opened (errno, else 0 where the caller had set that). */
bool places_open(int dir, const char *path, const char *name, struct place_file *f);

/* The directories: from 0 to places_number() - 1, those of recordings first. One may come several
 * times; NULL where a client has none. */
size_t places_number(const struct config *c);
const char *places_path(const struct config *c, size_t i);

/* The path under which an open file is found now, as the kernel knows it. *gone: it was the last
 * one that it had: the file has another now, or none. False: it is not known. */
bool places_path_now(int fd, char out[PATH_MAX], bool *gone);

#endif
