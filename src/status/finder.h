/* finder: the status areas of one configuration, and which of their servers and children live.
 *
 * A directory may have files of several configurations, of servers that have ended, and anything
 * else: what is not ours is passed over, and of what is wrong the first reason is kept. Refuses to
 * write there, to add anything up, and to believe a file that anybody may have written: where all
 * may write to the directory, that is one of another user than root, its owner and who asks. */
#ifndef STATUS_FINDER_H
#define STATUS_FINDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/region.h"
#include "status/area.h"

/* Files that are kept: of masters that have died without a successor there may be some. Where there
 * are more, those go first whose totals another server has taken over. */
#define FINDER_MAX 64

struct found {
	struct area *area; /* in the region */
	bool alive;        /* its server lives */
	int fd;            /* the finder's */
};

struct finder {
	struct found v[FINDER_MAX];
	size_t n;
	/* the first thing that was wrong, in the region, without control characters; NULL: nothing
	 * was */
	const char *why;
	bool missing; /* there is no such directory */

	/* The rest is its own. */
	struct region *region;
	const char *config;
	char boot[64];
};

/* `config`: the configuration's absolute path. Files stay open until finder_close(). */
void finder_look(
    struct finder *f, const char *directory, const char *config, struct region *region);
void finder_close(struct finder *f);

/* Whether the process in a row is there still, where no server says so any more. */
bool finder_child_is_there(const struct status_child *k);

#endif
