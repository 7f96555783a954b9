/* depot: see depot.h. */
#include "archive/depot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "archive/beneath.h"
#include "archive/claim.h"
#include "archive/intent.h"
#include "archive/used.h"
#include "base/io.h"
#include "base/ownname.h"

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static bool fail(char *reason, const char *path, const char *why)
{
	snprintf(reason, DEPOT_REASON_MAX, "%s: %s", path, why);
	return false;
}

/* What a crash has left in work; what it was about to name is still to be looked for. */
static bool clear(int work)
{
	DIR *list = io_list(work);
	struct dirent *e;

	if (!list)
		return false;
	while ((e = readdir(list)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    !intent_is(e->d_name))
			unlinkat(work, e->d_name, 0);
	closedir(list);
	return true;
}

static bool claim(struct depot *d, char *reason)
{
	char why[CLAIM_REASON_MAX];

	d->lock = claim_take(d->dir, why);
	return d->lock >= 0 || fail(reason, d->path, why);
}

static bool open_work(struct depot *d, char *reason)
{
	if (mkdirat(d->dir, OWNNAME_WORK, 0700) < 0 && errno != EEXIST)
		return fail(reason, d->path, strerror(errno));
	d->work = openat(d->dir, OWNNAME_WORK, DIRECTORY | O_NOFOLLOW);
	if (d->work < 0)
		return fail(reason, d->path, strerror(errno));
	return clear(d->work) || fail(reason, d->path, strerror(errno));
}

/* Filesystems of disks on which syncfs() leaves nothing behind that was written. */
static bool syncs_whole(int dir)
{
	static const unsigned long known[] = {
	    EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, TMPFS_MAGIC};
	struct statfs s;

	if (fstatfs(dir, &s) < 0)
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if ((unsigned long)s.f_type == known[i])
			return true;
	return false;
}

static struct indexfile index_of(const struct depot *d)
{
	return (struct indexfile){.path = d->path, .dir = d->dir};
}

static bool open_all(struct depot *d, enum depot_use use, char *reason)
{
	struct indexfile f = index_of(d);

	if (use != DEPOT_READ && !claim(d, reason))
		return false;
	switch (use) {
	case DEPOT_READ:
		d->store = indexfile_open(&f, STORE_READ, reason);
		break;
	case DEPOT_WRITE:
		d->store =
		    indexfile_open(&f, used_before(d->dir) ? STORE_WRITE : STORE_CREATE, reason);
		break;
	case DEPOT_REBUILD:
		d->store = indexfile_create_new(&f, reason);
		break;
	}
	return d->store && (use == DEPOT_READ || open_work(d, reason));
}

bool depot_open(
    struct depot *d, const char *path, enum depot_use use, char reason[DEPOT_REASON_MAX])
{
	*d = (struct depot){.path = path, .work = -1, .lock = -1};
	d->dir = open(path, DIRECTORY);
	if (d->dir < 0)
		return fail(reason, path, strerror(errno));
	d->syncs_whole = syncs_whole(d->dir);
	if (open_all(d, use, reason))
		return true;
	depot_close(d);
	return false;
}

bool depot_replace_index(struct depot *d)
{
	struct indexfile f = index_of(d);

	store_close(d->store);
	d->store = NULL;
	return indexfile_replace(&f);
}

bool depot_has_index(struct depot *d, char reason[DEPOT_REASON_MAX])
{
	struct indexfile f = index_of(d);

	if (!store_has_moved(d->store) && claim_is_lost(d->dir, d->lock))
		return fail(reason, d->path,
		    "its " OWNNAME_LOCK " was removed or replaced: another archive may work there; "
		    "nothing is archived nor deleted any more");
	return indexfile_is_in_place(&f, d->store, reason);
}

void depot_close(struct depot *d)
{
	store_close(d->store);
	if (d->work >= 0)
		close(d->work);
	if (d->lock >= 0)
		close(d->lock);
	if (d->dir >= 0)
		close(d->dir);
	*d = (struct depot){.dir = -1, .work = -1, .lock = -1};
}

int depot_create(struct depot *d, const char *name)
{
	return openat(
	    d->work, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IRGRP);
}

void depot_discard(struct depot *d, const char *name)
{
	unlinkat(d->work, name, 0);
}

int depot_directory(struct depot *d, const char *path)
{
	return beneath_directory(d->dir, path, true);
}

/* What a crash leaves of a linked file in work, the next start removes. */
static bool move(int work, const char *name, int dir, const char *to)
{
	enum io_moved moved = io_move(work, name, dir, to, true);

	if (moved == IO_LINKED)
		unlinkat(work, name, 0);
	return moved != IO_NOT_MOVED;
}

/* A second archive, whose lock of NFS say is worth nothing, has the same names in work. */
static bool is_in_work(struct depot *d, const char *name, int file)
{
	struct stat named, open;

	if (fstatat(d->work, name, &named, AT_SYMLINK_NOFOLLOW) < 0 || fstat(file, &open) < 0)
		return false;
	errno = ESTALE;
	return io_same_file(&named, &open);
}

bool depot_publish(struct depot *d, const char *work, int file, const char *path, bool over)
{
	int dir, why;
	bool ok;

	if (!is_in_work(d, work, file) || (dir = depot_directory(d, path)) < 0)
		return false;
	if (over)
		ok = renameat(d->work, work, dir, beneath_name(path)) == 0;
	else
		ok = move(d->work, work, dir, beneath_name(path));
	why = errno;
	close(dir);
	errno = why;
	return ok;
}

bool depot_sync(struct depot *d, const char *path)
{
	int dir = depot_directory(d, path), why;
	bool ok;

	if (dir < 0)
		return false;
	ok = fsync(dir) == 0;
	why = errno;
	close(dir);
	errno = why;
	return ok;
}

/* Kernels before 5.17 keep it to themselves when the journal could not be written: fsync() tells.
 */
bool depot_sync_all(struct depot *d)
{
	return syncfs(d->dir) == 0 && fsync(d->dir) == 0;
}

int depot_file(struct depot *d, const char *path)
{
	int dir = beneath_directory(d->dir, path, false), fd, why;

	if (dir < 0)
		return -1;
	fd = openat(
	    dir, beneath_name(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	why = errno;
	close(dir);
	errno = why;
	return fd;
}

/* Where its directory is missing, or a link, nobody knows whether the file is: a filesystem may not
 * be mounted. */
enum depot_removed depot_remove(struct depot *d, const char *path)
{
	int dir = beneath_directory(d->dir, path, false), why;
	enum depot_removed removed;

	if (dir < 0)
		return DEPOT_STAYS;
	removed = unlinkat(dir, beneath_name(path), 0) == 0 ? DEPOT_REMOVED
		  : errno == ENOENT                         ? DEPOT_MISSING
							    : DEPOT_STAYS;
	why = errno;
	close(dir);
	errno = why;
	return removed;
}

bool depot_remove_directory(struct depot *d, const char *path)
{
	int above = beneath_directory(d->dir, path, false), why;
	bool ok;

	if (above < 0)
		return false;
	ok = unlinkat(above, beneath_name(path), AT_REMOVEDIR) == 0;
	why = errno;
	close(above);
	errno = why;
	return ok;
}
