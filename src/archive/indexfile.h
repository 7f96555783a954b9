/* indexfile: the index as a file in the archive's path: opened, made anew beside the old one, put
 * in its place, and watched, as somebody may remove or replace it.
 *
 * Refuses to know what is in it (index/store does), and to keep a second archive out. */
#ifndef ARCHIVE_INDEXFILE_H
#define ARCHIVE_INDEXFILE_H

#include <limits.h>
#include <stdbool.h>

#include "index/store.h"

#define INDEXFILE_REASON_MAX (PATH_MAX + STORE_REASON_MAX + 20)
#define INDEXFILE_FOREIGN    STORE_FILE ".foreign" /* that was written over ours */
#define INDEXFILE_NEW        STORE_FILE ".new"     /* being made anew */

/* The archive's path, which texts call so, and the directory that it is. Both are borrowed. */
struct indexfile {
	const char *path;
	int dir;
};

/* The index itself. NULL with a reason. One that is missing is created with STORE_CREATE alone. */
struct store *indexfile_open(
    const struct indexfile *f, enum store_use use, char reason[INDEXFILE_REASON_MAX]);

/* A new, empty one beside it; what an earlier attempt has left is removed. NULL with a reason. */
struct store *indexfile_create_new(const struct indexfile *f, char reason[INDEXFILE_REASON_MAX]);

/* Puts the new one in its place, on the disk as well; both are closed by now. False with errno. */
bool indexfile_replace(const struct indexfile *f);

/* False with a reason: what was opened has been removed, moved, replaced or overwritten, and nobody
 * will read what is put into it. */
bool indexfile_is_in_place(
    const struct indexfile *f, struct store *store, char reason[INDEXFILE_REASON_MAX]);

#endif
