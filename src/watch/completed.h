/* completed: the captures in the directories where the server puts those that it has completed:
 * their names and times.
 *
 * Refuses to open any: nothing of a capture is read here. */
#ifndef WATCH_COMPLETED_H
#define WATCH_COMPLETED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/region.h"
#include "capture/capname.h"
#include "config/config.h"

struct completed {
	bool bases; /* in: where there is no completed-path, in base-path */
	const char
	    *since;  /* in: names with an earlier YYYYMMDD_HHMMSS are passed over; NULL: none */
	size_t most; /* in: so many are looked at */
	void (*take)(void *of, const struct capname *name, const struct stat *st);
	void *of;
	bool cut;           /* out: there were more */
	const char *unseen; /* out: one that cannot be read, with the reason; NULL: there is none */
};

/* Each directory once. False: no memory. */
bool completed_look(struct completed *look, const struct config *c, struct region *r);

#endif
