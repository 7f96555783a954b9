/* memo: captures that a later round knows again, where they have arrived.
 *
 * Those that are archived and could not be removed, so that they are neither packed nor named again
 * in every round; those that could not be archived, so that they are not tried at every arrival.
 * Known by what no other file, and not this one after a change, has: its number, its size and the
 * time of its last change. In memory only. Refuses to decide what is done with them. */
#ifndef ARCHIVE_MEMO_H
#define ARCHIVE_MEMO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define MEMO_MAX 100000u /* more are not known again */

struct memo_file {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;

	/* The caller's, zero at first; monotonic ms */
	int64_t due;  /* it is not tried before */
	int64_t told; /* when the log said why */
};

/* Begins as {0}. */
struct memo {
	struct memo_file *v; /* in the order of their numbers */
	size_t n, room;
};

/* Both are valid until the next call. NULL: it is none of them; there is no room. */
struct memo_file *memo_find(const struct memo *m, const struct stat *st);
struct memo_file *memo_add(struct memo *m, const struct stat *st);
void memo_drop(struct memo *m, const struct stat *st);

/* Drops those that were due before. */
void memo_forget(struct memo *m, int64_t before);

void memo_free(struct memo *m);

#endif
