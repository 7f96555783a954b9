/* indexfile: see indexfile.h. */
#include "archive/indexfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/used.h"

/* What SQLite keeps beside a database, behind its name. */
static const char *const behind[] = {"", "-wal", "-shm", "-journal"};

#define BEHIND (sizeof(behind) / sizeof(*behind))

static bool fail(char *reason, const char *path, const char *why)
{
	snprintf(reason, INDEXFILE_REASON_MAX, "%s: %s", path, why);
	return false;
}

static bool path_of(const struct indexfile *f, const char *name, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/%s", f->path, name) < PATH_MAX;
}

static struct store *open_named(
    const struct indexfile *f, const char *name, enum store_use use, char *reason)
{
	char path[PATH_MAX], why[STORE_REASON_MAX];
	struct store *store;

	if (!path_of(f, name, path)) {
		fail(reason, f->path, strerror(ENAMETOOLONG));
		return NULL;
	}
	if (use != STORE_CREATE && use != STORE_BUILD && faccessat(f->dir, name, F_OK, 0) < 0 &&
	    errno == ENOENT) {
		fail(reason, path,
		    used_before(f->dir)
			? "there is no index: osmo-pcap-archive --rebuild makes it anew"
			: "there is no index: nothing was archived so far");
		return NULL;
	}
	store = store_open(path, use, why);
	if (!store)
		fail(reason, path,
		    *why ? why
		    : used_has_files(f->dir)
			? "it is empty: osmo-pcap-archive --rebuild makes it anew"
			: "it has no tables yet: it is being created");
	return store;
}

struct store *indexfile_open(
    const struct indexfile *f, enum store_use use, char reason[INDEXFILE_REASON_MAX])
{
	return open_named(f, STORE_FILE, use, reason);
}

static bool remove_named(const struct indexfile *f, const char *name)
{
	for (size_t i = 0; i < BEHIND; i++) {
		char file[NAME_MAX];

		snprintf(file, sizeof(file), "%s%s", name, behind[i]);
		if (unlinkat(f->dir, file, 0) < 0 && errno != ENOENT)
			return false;
	}
	return true;
}

struct store *indexfile_create_new(const struct indexfile *f, char reason[INDEXFILE_REASON_MAX])
{
	if (remove_named(f, INDEXFILE_NEW))
		return open_named(f, INDEXFILE_NEW, STORE_BUILD, reason);
	fail(reason, f->path, strerror(errno));
	return NULL;
}

/* Whether nothing is left beside the index that is in use. */
static bool gather(const struct indexfile *f)
{
	char path[PATH_MAX];

	if (!path_of(f, STORE_FILE, path) || !store_gather(path))
		return false;
	for (size_t i = 1; i < BEHIND; i++) {
		char file[NAME_MAX];

		snprintf(file, sizeof(file), "%s%s", STORE_FILE, behind[i]);
		if (faccessat(f->dir, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return false;
	}
	return true;
}

static bool sync_named(const struct indexfile *f, const char *name)
{
	int fd = openat(f->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), why;
	bool ok = fd >= 0 && fsync(fd) == 0;

	why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return ok;
}

/* What SQLite keeps beside the old index would be taken for the new one's: it goes into the old one
 * before that is replaced, and a crash leaves one of them. Where that cannot be, as the old one is
 * damaged or somebody reads it, that one goes first: a crash in between leaves none, which the next
 * start says. */
bool indexfile_replace(const struct indexfile *f)
{
	return sync_named(f, INDEXFILE_NEW) && (gather(f) || remove_named(f, STORE_FILE)) &&
	       renameat(f->dir, INDEXFILE_NEW, f->dir, STORE_FILE) == 0 && fsync(f->dir) == 0;
}

static bool has_journal(const struct indexfile *f, struct store *store, char *reason)
{
	bool saved = false;

	if (!store_lost_journal(store, &saved))
		return true;
	return fail(reason, f->path,
	    saved ? STORE_FILE "-wal, the index's journal, was removed or replaced: what was in it "
			       "is in the index "
			       "now; nothing is archived nor deleted until the next start"
		  : STORE_FILE "-wal, the index's journal, was removed or replaced: nothing is "
			       "archived nor deleted "
			       "any more; osmo-pcap-archive --rebuild makes the index anew");
}

static bool has_sharing(const struct indexfile *f, struct store *store, char *reason)
{
	if (!store_lost_sharing(store))
		return true;
	return fail(reason, f->path,
	    STORE_FILE "-shm, by which those who use the index at the same time agree, was removed "
		       "or replaced: nothing is archived nor deleted until the next start");
}

static bool replaced(const struct indexfile *f, const char *how, char *reason)
{
	snprintf(reason, INDEXFILE_REASON_MAX,
	    "%s/%s: the index was %s: nothing is archived nor deleted any more; "
	    "osmo-pcap-archive --rebuild makes it anew",
	    f->path, STORE_FILE, how);
	return false;
}

bool indexfile_is_in_place(
    const struct indexfile *f, struct store *store, char reason[INDEXFILE_REASON_MAX])
{
	if (store_has_moved(store))
		return replaced(f, "removed or replaced", reason);
	if (!has_journal(f, store, reason) || !has_sharing(f, store, reason))
		return false;
	if (!store_is_foreign(store))
		return true;
	/* with the journal that is beside it, it is neither of both: the next start must not use it
	 */
	renameat(f->dir, STORE_FILE, f->dir, INDEXFILE_FOREIGN);
	return replaced(
	    f, "overwritten by another one, which is called " INDEXFILE_FOREIGN " now", reason);
}
