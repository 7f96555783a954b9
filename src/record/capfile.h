/* capfile: one capture file from creation to publication, under two directory descriptors.
 *
 * While it is recorded a file has the sticky bit and its writer holds an exclusive flock: a file
 * that is marked and unlocked has lost its writer (unfinished.h finishes it). No existing file is
 * ever opened for writing, truncated or replaced: O_EXCL on creation, a rename that replaces
 * nothing on publication, or a link where there is none. What a failed write left behind the last
 * whole record is cut off here, what a crash left by unfinished.h. A large file goes to the disk as
 * it grows, so that little of it is left for the sync on publication and none of it crowds the page
 * cache. Refuses to know what is in the file. The directory descriptors stay the caller's. Sizes
 * are bytes, errors are errno. */
#ifndef RECORD_CAPFILE_H
#define RECORD_CAPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/writeback.h"
#include "capture/capname.h"

#define CAPFILE_MARK 01000 /* S_ISVTX: being recorded; without S_IRUSR: never to be published */

/* Nothing more is written: its mark goes last. A file without a name gets nothing more either. */
static inline bool capfile_is_finished(const struct stat *st)
{
	return !(st->st_mode & CAPFILE_MARK) || st->st_nlink == 0;
}

struct capfile {
	int fd; /* -1: none is open */
	int base, done;
	bool may_link; /* io_move(): set by the caller before the file is published */
	uint64_t size; /* whole data in it */
	unsigned mode; /* when published */
	struct writeback back;
	char name[CAPNAME_MAX];
};

/* Creates the file with the lowest number from *number on that is free in both directories, and
 * leaves the next number to try in *number. */
bool capfile_create(struct capfile *f, int base, int done, unsigned mode, const char *stem,
    const struct tm *local, enum format_kind kind, unsigned *number);

/* Appends at f->size, which is left as it is. Returns how much was written; less than len with
 * errno set. */
size_t capfile_append(struct capfile *f, const void *data, size_t len);

/* Cuts the file at f->size, after an append that was not whole. */
bool capfile_cut(const struct capfile *f);

/* What has become of its name: somebody else can delete the file, move it away, or put another one
 * in its place. */
enum capfile_fate {
	CAPFILE_THERE, /* or it could not be found out */
	CAPFILE_MOVED, /* it has another name, perhaps elsewhere */
	CAPFILE_DELETED
};
enum capfile_fate capfile_fate(const struct capfile *f);

enum capfile_published {
	CAPFILE_PUBLISHED,
	CAPFILE_UNSYNCED, /* published, but it may not outlive a power failure, or a second name of
			   * it is left in base-path; errno tells */
	CAPFILE_LEFT      /* whole and closed, but still in base-path; errno tells. Marked, so that
			     repair tries again, unless the disk has failed */
};

/* Syncs, moves to `done` (under the next free number if the name is taken, *renamed tells), takes
 * the mark off, syncs the directories. The file is closed in any case. f->name is the published
 * name. */
enum capfile_published capfile_publish(struct capfile *f, bool *renamed);

/* Closes a file that could not be cut: it keeps its mark, and repair will cut and publish it. */
void capfile_abandon(struct capfile *f);

/* Removes a file with nothing in it and closes. */
bool capfile_discard(struct capfile *f);

#endif
