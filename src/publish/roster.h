/* roster: the connections that the status areas of the servers list.
 *
 * A look at all of them is taken when one of the areas has changed, and once a second besides.
 * Refuses to keep what was there before, and to say what follows from it. */
#ifndef PUBLISH_ROSTER_H
#define PUBLISH_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "publish/lines.h"
#include "status/finder.h"

struct roster { /* begins with zeros */
	struct region *region;
	struct finder finder; /* as of the last look */
	int64_t look_at;      /* when the next one is due, monotonic ms */
};

void roster_end(struct roster *r);

/* Whether there is something new, as far as can be told without a look. */
bool roster_changed(const struct roster *r);

/* False without memory. */
bool roster_look(struct roster *r, const struct config *c);

/* A connection whose client is known. */
struct roster_row {
	struct line_key key;
	char stem[CAPNAME_STEM_MAX]; /* as in the names of its files */
};

/* Each connection of the last look. */
void roster_each(const struct roster *r, const struct config *c,
    void (*row)(void *of, const struct roster_row *row), void *of);

#endif
