/* tidy: directories that retention has emptied.
 *
 * They go when the index has no file in them either, not even one that is missing: retention would
 * take it for one of a filesystem that is not mounted. So the rows of what was deleted are
 * committed before. Only the process that places captures calls it, between two of them; it makes a
 * directory anew when it needs it. Refuses to remove what is not empty, and what it has deleted
 * nothing in. */
#ifndef ARCHIVE_TIDY_H
#define ARCHIVE_TIDY_H

#include "archive/depot.h"

#define TIDY_MAX 128 /* files between two commits */

/* Begins as {0}. */
struct tidy {
	char *directory[TIDY_MAX];
	unsigned n;
};

/* A file of this path was deleted. */
void tidy_note(struct tidy *t, const char *path);

/* That is committed: removes what is empty, and what becomes so by that. It ends as {0}. */
void tidy_run(struct tidy *t, struct depot *depot);

/* It is not committed. */
void tidy_forget(struct tidy *t);

#endif
