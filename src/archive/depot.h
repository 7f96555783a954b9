/* depot: the archive's path, opened for the one process that writes there.
 *
 * Its files, its index, and a directory for files in work, whose content a crash may leave and the
 * next start removes. A lock keeps a second archive out. Refuses to know captures. */
#ifndef ARCHIVE_DEPOT_H
#define ARCHIVE_DEPOT_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/indexfile.h"
#include "index/store.h"

#define DEPOT_PATH_MAX   1024 /* of a file, beneath the archive's path */
#define DEPOT_REASON_MAX INDEXFILE_REASON_MAX

enum depot_use {
	DEPOT_WRITE,  /* creates what is not there but the path itself */
	DEPOT_READ,   /* the index alone, for reading; without a lock */
	DEPOT_REBUILD /* with a new, empty index, which depot_replace_index() puts in its place */
};

struct depot {
	const char *path; /* borrowed */
	int dir, work;    /* the path, and the directory of files in work */
	int lock;
	bool syncs_whole; /* depot_sync_all() does what it says */
	struct store *store;
};

/* False with a reason. An index that is missing, though the archive was in use or has files, is not
 * created: what it knew would be forgotten silently. */
bool depot_open(
    struct depot *d, const char *path, enum depot_use use, char reason[DEPOT_REASON_MAX]);
void depot_close(struct depot *d);

/* After DEPOT_REBUILD: the new index replaces the old one, on the disk as well. Closes the store.
 * False with errno. */
bool depot_replace_index(struct depot *d);

/* False with a reason: the index that is open has been removed, moved, replaced or overwritten, and
 * nobody will read what is put into it; or the lock was, and another archive may work there. */
bool depot_has_index(struct depot *d, char reason[DEPOT_REASON_MAX]);

/* A new, empty file in work; -1 with errno. */
int depot_create(struct depot *d, const char *name);
void depot_discard(struct depot *d, const char *name);

/* The directory of a file, which is created with all above it; -1 with errno. */
int depot_directory(struct depot *d, const char *path);

/* Gives a file in work, which is open as `file`, its name beneath the path. False with errno:
 * EEXIST, there is one already; over: it is replaced; ESTALE: another file is in its place in work.
 * The directories above are synced, the name only by depot_sync(). */
bool depot_publish(struct depot *d, const char *work, int file, const char *path, bool over);

/* Syncs all names in the directory of this file. False with errno. */
bool depot_sync(struct depot *d, const char *path);

/* Syncs all files and names beneath the path, and with them whatever else was written to this
 * filesystem: for many files at once. Only where syncs_whole: elsewhere, on filesystems of FUSE
 * say, syncfs() promises less than fsync(). That a file could not be written, sync_file_range() of
 * it says. False with errno. */
bool depot_sync_all(struct depot *d);

/* A file beneath the path, for reading; -1 with errno: no link is followed, in directories neither,
 * ENOTDIR or ELOOP. */
int depot_file(struct depot *d, const char *path);

/* DEPOT_STAYS with errno. No link is followed; ENOENT: a directory in its path is missing. */
enum depot_removed {
	DEPOT_REMOVED,
	DEPOT_MISSING, /* it was not there */
	DEPOT_STAYS
};
enum depot_removed depot_remove(struct depot *d, const char *path);
/* One that is empty; false with errno. */
bool depot_remove_directory(struct depot *d, const char *path);

#endif
