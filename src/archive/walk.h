/* walk: the files beneath the archive's path, one after another.
 *
 * Memory for the directories above the file, not for their content. Passes over what the archive
 * keeps for itself there, follows no link, and refuses to open files. */
#ifndef ARCHIVE_WALK_H
#define ARCHIVE_WALK_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#define WALK_PATH_MAX 1024 /* of a file, beneath the archive's path */
#define WALK_DEPTH    32   /* directories in each other */

struct walk {
	char path[WALK_PATH_MAX]; /* of what was met last, beneath the archive's path */
	const char *why;          /* after WALK_ERROR, */
	bool gone;                /* which it is as somebody has removed it meanwhile */

	/* The rest is its own. */
	DIR *list[WALK_DEPTH];
	size_t len[WALK_DEPTH]; /* of the directory's part of path */
	unsigned depth;         /* lists that are open */
};

enum walk_status {
	WALK_FILE,  /* a regular file */
	WALK_OTHER, /* a link, a socket … */
	WALK_ERROR, /* what is at path cannot be looked at, or into; the walk goes on */
	WALK_END
};

/* dir: the archive's path, opened; the caller's. False with errno. */
bool walk_begin(struct walk *w, int dir);

enum walk_status walk_next(struct walk *w);

void walk_end(struct walk *w);

#endif
