/* loose: captures that lie in the directories, where they are recorded and completed.
 *
 * Each once, also while it moves from one to the other: known by its inode. Open are those alone
 * that can still move there; others are opened when they are read, under the name they were found
 * by, and by then may have been archived, which the catalog finds out. Refuses to know the index.
 */
#ifndef READ_LOOSE_H
#define READ_LOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/region.h"
#include "config/config.h"
#include "view/pattern.h"
#include "read/identity.h"
#include "read/scan.h"
#include "read/tell.h"

struct loose {
	const char *client, *address, *name, *path; /* path: with the directory */
	bool recording;                             /* it was when it was found */
	bool archived;                              /* it is in the index as well: left out */
	bool moves;                                 /* it is held open */
	bool scanned;                               /* facts are known */
	int fd;                                     /* -1: it is not open */
	struct stat st;
	struct facts facts;
	struct profile *profile; /* allocated; NULL: there is none */
};

struct looses {
	struct region *region;
	struct loose *v;
	size_t n, moving; /* none behind these moves */
	bool failed;      /* memory */
};

/* Captures of the clients that are meant. Directories that cannot be looked at are told: the others
 * count. False without memory. */
bool loose_find(struct looses *l, struct region *region, const struct config *config,
    struct patterns *patterns, struct tell *tell);

/* False with errno: it cannot be opened; ENOENT: it is not there any more. */
bool loose_open(struct loose *l);
/* It is not read any more; what moves stays open. */
void loose_rest(struct loose *l);

/* Looks into all of them, of which a few are open at a time. take() gets each, scanned or not, and
 * those that are not there any more; its false ends it. False then, or when no process can be
 * started, which is told. */
bool loose_scan(struct looses *l, bool profiles, struct tell *tell,
    bool (*take)(void *of, size_t i, bool is_there), void *of);

/* Of what moves, its length and state now. */
bool loose_look_again(struct loose *l);

/* What the index may know of it, as it was when it was looked at. False: it was not finished. */
bool loose_identity(const struct loose *l, char name[CAPNAME_MAX], struct identity *out);

void loose_free(struct looses *l);

#endif
