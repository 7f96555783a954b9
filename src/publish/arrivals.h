/* arrivals: which names appear in the directories of captures, as inotify(7) tells.
 *
 * Each directory of the configuration is watched and open. One that is missing, or that another one
 * has replaced, is watched from the next look. Refuses to read directories, and to open captures.
 */
#ifndef PUBLISH_ARRIVALS_H
#define PUBLISH_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

struct arrivals {
	int inotify;  /* readable when something has changed */
	bool refused; /* in the last look the kernel had no watch for a directory */

	/* The rest is its own. */
	struct watched {
		int watch, dir;
		char *path;
	} * v;
	size_t n, room;
};

/* False with errno. */
bool arrivals_begin(struct arrivals *a);
void arrivals_end(struct arrivals *a);

/* Watches what is not watched yet. *fresh: there was such a directory, in which files may lie that
 * nobody told of. False without memory. */
bool arrivals_look(struct arrivals *a, const struct config *c, bool *fresh);

struct arrivals_visitor {
	/* A name has appeared in an open directory with that path. */
	void (*arrived)(void *of, int dir, const char *path, const char *name);
	void *of;
};

/* Takes all events. False: some of them were lost, so that directories have to be looked through.
 */
bool arrivals_take(struct arrivals *a, const struct arrivals_visitor *v);

#endif
