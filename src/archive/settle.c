/* settle: see settle.h. */
#include "archive/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/intent.h"
#include "base/io.h"

/* From so many on all files of the filesystem are synced at once: one after another each costs a
 * flush of the disk. */
#define MANY 8

struct batch {
	struct take *const *take;
	size_t n;
	struct depot *depot;
};

static bool is_on_its_way(const struct take *t)
{
	return t->status == TAKE_PACKED;
}

static void fail_all(const struct batch *b, const char *what, const char *why)
{
	for (size_t i = 0; i < b->n; i++)
		if (is_on_its_way(b->take[i]))
			take_fail(b->take[i], "%s%s%s", what, *what ? ": " : "", why);
}

/* ---- the captures ---- */

/* What has grown since would be archived torn. */
static void check_captures(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		take_is_whole(b->take[i]);
}

/* ---- what they are to be called ---- */

static bool note(struct take *t)
{
	const struct intent in = {
	    .name = t->name, .path = t->path, .bytes = (uint64_t)t->st.st_size};

	if (intent_note(t->depot->work, t->intent, &in))
		return true;
	t->no_room = io_is_full(errno);
	take_fail(t, "its name in the archive cannot be noted: %s", strerror(errno));
	return false;
}

/* On the disk before the first name is: sync_contents() sees to that. */
static void note_all(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (is_on_its_way(b->take[i]))
			note(b->take[i]);
}

/* Another one, chosen since. */
static bool note_again(struct take *t)
{
	if (take_rename(t) == TAKE_FAILED || !note(t))
		return false;
	if (fsync(t->depot->work) == 0)
		return true;
	take_fail(t, "syncing the archive: %s", strerror(errno));
	return false;
}

static void drop_notes(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (!b->take[i]->stray)
			intent_drop(b->depot->work, b->take[i]->intent);
}

/* ---- the contents ---- */

static bool sync_all(const struct batch *b)
{
	return b->n >= MANY && b->depot->syncs_whole && depot_sync_all(b->depot);
}

/* Workers have synced large files already, those whose contents are not on the disk are small. All
 * are on their way there before the first is waited for. */
static void sync_contents(const struct batch *b)
{
	const unsigned wait =
	    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
	bool all;

	for (size_t i = 0; i < b->n; i++)
		sync_file_range(b->take[i]->archived, 0, 0, SYNC_FILE_RANGE_WRITE);
	all = sync_all(b);
	for (size_t i = 0; i < b->n; i++) {
		int fd = b->take[i]->archived;

		if (is_on_its_way(b->take[i]) &&
		    (all ? sync_file_range(fd, 0, 0, wait) : fsync(fd)) < 0)
			take_fail(b->take[i], "writing the archived file: %s", strerror(errno));
	}
	if (!all && fsync(b->depot->work) < 0)
		fail_all(b, "syncing the archive", strerror(errno));
}

/* ---- name and index ---- */

/* Whether the index has this capture, and its file is there: a crash came before its removal. */
static void look_for(struct take *t)
{
	struct store *store = t->depot->store;
	struct store_row row;
	struct stat st;
	int fd;

	if (!store_same(store, t->name, t->report.sha256, &row)) {
		if (store_reason(store)[0])
			take_fail(t, "%s", store_reason(store));
		return;
	}
	if (row.bytes != (uint64_t)t->st.st_size) /* not these contents, whatever the worker says */
		return;
	fd = depot_file(t->depot, row.path);
	if (fd < 0 && errno == ENOENT && !store_remove(store, row.id))
		take_fail(
		    t, "%s", store_reason(store)); /* else there would be a row without a file */
	t->known = fd >= 0 && fstat(fd, &st) == 0 && (uint64_t)st.st_size == row.stored;
	if (fd >= 0)
		close(fd);
}

/* Whether the file that has its name may be replaced: an orphan with the same capture. The worker
 * says so, which may be hijacked: never a file of the index. */
static bool may_replace(struct take *t)
{
	bool indexed = true;

	if (!t->had_orphan || !t->report.known)
		return false;
	if (!store_has_path(t->depot->store, t->path, &indexed))
		take_fail(t, "%s", store_reason(t->depot->store));
	return !indexed;
}

/* The new file gets its name: that of an orphan with the same capture, or one that is free, also
 * when another capture has got the one that was chosen. */
static void publish(struct take *t)
{
	bool over = may_replace(t);

	if (!is_on_its_way(t) || (t->had_orphan && !over && !note_again(t)))
		return;
	while (!depot_publish(t->depot, t->work, t->archived, t->path, over)) {
		if (errno != EEXIST) {
			take_fail(t, "%s in the archive: %s", t->path, strerror(errno));
			return;
		}
		if (!note_again(t))
			return;
	}
	t->work[0] = '\0';
	t->published = true;
}

static void put_in(struct take *t)
{
	const struct report *r = &t->report;
	struct store *store = t->depot->store;
	struct store_file f = {.client = t->client,
	    .address = t->address,
	    .name = t->name,
	    .path = t->path,
	    .compressed = t->config->archive.level != PACK_PLAIN,
	    .ended = t->ended,
	    .archived = t->began,
	    .stored = r->stored,
	    .facts = &r->facts,
	    .sha256 = r->sha256,
	    .profile = t->profile,
	    .profile_len = r->profile_len,
	    .frames = t->frames,
	    .frames_len = r->frames_len};
	int64_t id;

	if (!store_add(store, &f, &id))
		take_fail(t, "%s", store_reason(store));
}

static void enter(struct take *t)
{
	look_for(t);
	if (!t->known && is_on_its_way(t))
		publish(t);
	if (!t->known && is_on_its_way(t))
		put_in(t);
}

static bool is_new(const struct take *t)
{
	return is_on_its_way(t) && !t->known;
}

static size_t directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* Whether one of those before lies in the same directory. */
static bool is_synced(const struct batch *b, size_t i)
{
	const char *path = b->take[i]->path;
	size_t len = directory_len(path);

	for (size_t k = 0; k < i; k++)
		if (is_new(b->take[k]) && directory_len(b->take[k]->path) == len &&
		    strncmp(b->take[k]->path, path, len) == 0)
			return true;
	return false;
}

/* All new names, before the index has them. */
static bool sync_names(const struct batch *b)
{
	if (sync_all(b))
		return true;
	for (size_t i = 0; i < b->n; i++)
		if (is_new(b->take[i]) && !is_synced(b, i) &&
		    !depot_sync(b->depot, b->take[i]->path))
			return false;
	return true;
}

/* What has a name in the archive and is not in the index would stay there, unknown to retention,
 * where the next round does not choose the same name. What cannot be removed now keeps its note. */
static void take_back(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct take *t = b->take[i];
		bool indexed;

		if (!t->published || is_on_its_way(t))
			continue;
		if (!store_has_path(b->depot->store, t->path, &indexed))
			t->stray = true;
		else if (!indexed)
			t->stray = depot_remove(b->depot, t->path) == DEPOT_STAYS;
	}
}

static void commit(const struct batch *b)
{
	struct store *store = b->depot->store;
	char reason[DEPOT_REASON_MAX];

	if (!depot_has_index(b->depot, reason)) {
		fail_all(b, "", reason);
		return;
	}
	if (!store_begin(store)) {
		fail_all(b, "", store_reason(store));
		return;
	}
	for (size_t i = 0; i < b->n; i++)
		if (is_on_its_way(b->take[i]))
			enter(b->take[i]);
	if (!sync_names(b)) {
		fail_all(b, "syncing the archive", strerror(errno));
		store_rollback(store);
	} else if (!store_commit(store)) {
		fail_all(b, "", store_reason(store));
	}
	take_back(b);
}

/* ---- completed-path ---- */

/* Only the file that was packed, as it was: somebody may have put another one there. One that has
 * changed meanwhile stays, and what was archived of it, too: it may be all that is left of it. */
static void remove_capture(struct take *t)
{
	struct stat now;

	t->status = TAKE_DONE;
	if (fstatat(t->dir, t->name, &now, AT_SYMLINK_NOFOLLOW) < 0 || !io_same_file(&now, &t->st))
		return;
	if (!take_is_whole(t)) {
		t->status = TAKE_DONE;
		return;
	}
	if (unlinkat(t->dir, t->name, 0) == 0 || errno == ENOENT)
		return;
	t->left = true;
	take_fail(t, "it is archived, but cannot be removed: %s", strerror(errno));
}

static bool is_first_from(const struct batch *b, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (b->take[k]->dir == b->take[i]->dir)
			return false;
	return true;
}

static void remove_all(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (is_on_its_way(b->take[i]))
			remove_capture(b->take[i]);
	/* what a crash brings back, also where this fails, the next start recognises */
	for (size_t i = 0; i < b->n; i++)
		if (is_first_from(b, i))
			fsync(b->take[i]->dir);
}

void settle(struct take *const *take, size_t n)
{
	struct batch b = {.take = take, .n = n};

	if (n == 0)
		return;
	b.depot = take[0]->depot;
	check_captures(&b);
	note_all(&b);
	sync_contents(&b);
	commit(&b);
	drop_notes(&b);
	remove_all(&b);
}
