/* take: see take.h. */
#include "archive/take.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "archive/place.h"
#include "base/io.h"
#include "record/capfile.h"

/* A worker that writes nothing for so long hangs. What it reads at the end, of an orphan, moves
 * nothing that can be seen: it has a second more for each ORPHAN_RATE bytes. */
#define STALLED_MS  (5 * 60 * 1000)
#define ORPHAN_RATE (10u << 20)

/* What is tried to see whether there is room, by quota as well. */
#define ROOM (64 << 10)

enum take_status take_fail(struct take *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->reason, sizeof(t->reason), fmt, ap);
	va_end(ap);
	return t->status = TAKE_FAILED;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- which capture ---- */

/* Marked files are still being recorded, or wait for repair. But one that has arrived where nothing
 * is recorded was complete before: when nobody holds it and it has no other name, a crash came
 * before its mark was taken off, and nobody will do that any more. */
static bool is_finished(const struct take *t, bool recording)
{
	if (!S_ISREG(t->st.st_mode))
		return false;
	if (!(t->st.st_mode & CAPFILE_MARK))
		return true;
	return !recording && t->st.st_nlink == 1 && flock(t->capture, LOCK_SH | LOCK_NB) == 0;
}

/* Which file it was all the same: it is known again by that. */
static enum take_status no_capture(struct take *t, int why)
{
	if (why == ENOENT || why == ELOOP || why == ENXIO /* a socket */)
		return TAKE_NOT_OURS;
	if (fstatat(t->dir, t->name, &t->st, AT_SYMLINK_NOFOLLOW) < 0)
		t->st.st_ino = 0;
	return take_fail(t, "it cannot be opened: %s", strerror(why));
}

static enum take_status open_capture(struct take *t, bool recording)
{
	t->capture =
	    openat(t->dir, t->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (t->capture < 0)
		return no_capture(t, errno);
	if (fstat(t->capture, &t->st) < 0)
		return take_fail(t, "it cannot be opened: %s", strerror(errno));
	return is_finished(t, recording) ? TAKE_WORKING : TAKE_NOT_OURS;
}

/* ---- which name in the archive ---- */

static enum take_status refuse(struct take *t, const char *why)
{
	snprintf(t->reason, sizeof(t->reason), "%s", why);
	return TAKE_REFUSED;
}

/* A name that is in no index and free; or, with take_orphan, that of a file which is in no index,
 * which is opened then. */
static enum take_status choose_path(struct take *t, bool take_orphan)
{
	const struct place p = {.depot = t->depot,
	    .archive = &t->config->archive,
	    .client = t->client,
	    .name = t->name,
	    .parts = &t->parts};
	char why[PLACE_REASON_MAX];

	switch (place_find(&p, t->path, take_orphan ? &t->orphan : NULL, why)) {
	case PLACE_REFUSED:
		return refuse(t, why);
	case PLACE_FAILED:
		return take_fail(t, "%s", why);
	default:
		return TAKE_WORKING;
	}
}

/* ---- the way ---- */

bool take_lacks_room(const struct take *t)
{
	struct stat st;

	return t->no_room ||
	       (t->archived >= 0 && fstat(t->archived, &st) == 0 &&
		   fallocate(t->archived, FALLOC_FL_KEEP_SIZE, st.st_size, ROOM) < 0 &&
		   io_is_full(errno));
}

static int64_t patience(int orphan)
{
	struct stat st;

	return orphan < 0 || fstat(orphan, &st) < 0 ? STALLED_MS
						    : STALLED_MS + st.st_size / ORPHAN_RATE * 1000;
}

static enum take_status start(struct take *t, unsigned number)
{
	struct job job;

	t->ended = t->st.st_mtim.tv_sec < t->began ? t->st.st_mtim.tv_sec : t->began;
	snprintf(t->work, sizeof(t->work), "%u", number);
	/* what an earlier run has left is called otherwise */
	snprintf(t->intent, sizeof(t->intent), "%" PRId64 "-%u" INTENT_SUFFIX, t->began, number);
	t->archived = depot_create(t->depot, t->work);
	if (t->archived < 0) {
		t->work[0] = '\0';
		t->no_room = io_is_full(errno);
		return take_fail(t, "no file can be created in the archive: %s", strerror(errno));
	}
	job = (struct job){.kind = JOB_PACK,
	    .capture = t->capture,
	    .archived = t->archived,
	    .orphan = t->orphan,
	    .level = (int)t->config->archive.level,
	    .names = {.client = t->client,
		.address = t->address,
		.name = t->name,
		.kind = t->parts.kind,
		.ended = t->ended,
		.archived = t->began,
		.size = (uint64_t)t->st.st_size}};
	t->moved = t->started = io_monotonic_ms();
	t->patience = patience(t->orphan);
	if (!worker_start(&t->worker, &job))
		return take_fail(t, "no process can be started: %s", strerror(errno));
	return TAKE_WORKING;
}

/* A name of the form of ours that is none. It is not read: where it cannot be opened nothing is
 * said. */
static enum take_status begin_other(struct take *t, bool recording)
{
	enum take_status st = open_capture(t, recording);

	st = st == TAKE_WORKING ? refuse(t, "no client can be called so") : TAKE_NOT_OURS;
	take_end(t);
	return t->status = st;
}

enum take_status take_begin(struct take *t, struct depot *depot, const struct config *config,
    const struct source *where, const char *name, unsigned number)
{
	enum take_status st;

	*t = (struct take){.depot = depot,
	    .config = config,
	    .dir = where->dir,
	    .began = time(NULL),
	    .capture = -1,
	    .archived = -1,
	    .orphan = -1,
	    .worker.channel = -1};
	snprintf(t->name, sizeof(t->name), "%s", name);
	if (!capname_parse(name, &t->parts))
		return capname_resembles(name) ? begin_other(t, where->recording) : TAKE_NOT_OURS;
	config_owner(config, t->parts.stem, t->client, t->address);
	st = open_capture(t, where->recording);
	/* whoever records may create any name in its directory: one that is none of a configuration
	 * would be a directory here, and an argument of commands */
	if (st == TAKE_WORKING && !parse_name(t->client))
		st = refuse(t, "no client can be called so");
	if (st == TAKE_WORKING)
		st = choose_path(t, true);
	if (st == TAKE_WORKING)
		st = start(t, number);
	if (st == TAKE_NOT_OURS || st == TAKE_REFUSED)
		take_end(t);
	return t->status = st;
}

int take_channel(const struct take *t)
{
	return t->worker.channel;
}

bool take_is_active(const struct take *t)
{
	return t->capture >= 0;
}

/* It was made as long as it will be, and something in it is not written: it would be read as zeros.
 */
static bool has_hole(const struct take *t)
{
	off_t hole = lseek(t->capture, 0, SEEK_HOLE);

	return hole >= 0 && hole < t->st.st_size;
}

/* It ends within a record, or before the first one, or has a hole. */
bool take_may_grow(const struct take *t)
{
	return t->report.facts.broken || t->report.facts.packets == 0 || has_hole(t);
}

/* Each write changes both times, and whoever sets one of them back changes the other. That of the
 * last change is also that of a name which has come or gone. */
static bool is_as_it_was(const struct stat *was, const struct stat *now)
{
	return now->st_size == was->st_size && io_same_time(&now->st_mtim, &was->st_mtim) &&
	       (now->st_nlink != was->st_nlink || io_same_time(&now->st_ctim, &was->st_ctim));
}

bool take_is_whole(struct take *t)
{
	struct stat now;

	if (fstat(t->capture, &now) < 0) {
		take_fail(t, "it cannot be looked at: %s", strerror(errno));
		return false;
	}
	t->growing = !is_as_it_was(&t->st, &now);
	if (t->growing)
		take_fail(t, "it is still being written");
	return !t->growing;
}

/* The worker may be hijacked. It is gone; what it has left is looked at. */
static bool is_as_reported(struct take *t)
{
	const struct report *r = &t->report;
	bool plain = t->config->archive.level == PACK_PLAIN;
	uint64_t size = (uint64_t)t->st.st_size;
	struct stat st;

	if (fstat(t->archived, &st) < 0) {
		take_fail(t, "the archived file: %s", strerror(errno));
		return false;
	}
	if (r->facts.bytes != size)
		take_fail(
		    t, "its worker reports %" PRIu64 " bytes of %" PRIu64, r->facts.bytes, size);
	else if ((uint64_t)st.st_size != r->stored || (plain && r->stored != size))
		take_fail(t, "its worker has stored %jd bytes, and reports %" PRIu64,
		    (intmax_t)st.st_size, r->stored);
	else
		return true;
	return false;
}

/* The file's own time is all that tells of a capture which is not compressed when its recording
 * ended. */
static bool set_time(struct take *t)
{
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = t->ended}};

	return futimens(t->archived, times) == 0;
}

enum take_status take_go_on(struct take *t)
{
	switch (worker_read(&t->worker, &t->report, &t->profile, &t->frames)) {
	case WORKER_MORE:
		return TAKE_WORKING;
	case WORKER_FAILED: /* one that has become longer may have more frames than it can have */
		return take_is_whole(t) ? take_fail(t, "its worker failed") : t->status;
	case WORKER_DONE:
		break;
	}
	if (!worker_stop(&t->worker))
		return take_fail(t, "its worker does not end");
	if (!t->report.ok)
		return take_fail(t, "%s", t->report.reason);
	if (!take_is_whole(t) || !is_as_reported(t))
		return t->status;
	if (!set_time(t))
		return take_fail(t, "the time of the archived file: %s", strerror(errno));
	t->had_orphan = t->orphan >= 0;
	close_if_open(&t->orphan); /* and not the capture, which may be locked */
	return t->status = TAKE_PACKED;
}

bool take_stalls(struct take *t, int64_t now_ms)
{
	struct stat st;
	uint64_t at = t->worker.have;

	if (fstat(t->archived, &st) == 0)
		at += (uint64_t)st.st_size;
	if (at != t->position) {
		t->position = at;
		t->moved = now_ms;
	}
	if (worker_is_late(&t->worker, now_ms))
		take_fail(t, "its worker takes longer than the capture can need");
	else if (now_ms - t->moved >= t->patience)
		take_fail(t, "its worker has made no progress for %" PRId64 " s",
		    (now_ms - t->moved) / 1000);
	else
		return false;
	worker_kill(&t->worker);
	t->stalled = true;
	return true;
}

enum take_status take_rename(struct take *t)
{
	return choose_path(t, false);
}

/* Its bytes are free at once, also while a worker that was forked meanwhile still has it open. */
static void discard(struct take *t)
{
	bool emptied = ftruncate(t->archived, 0) == 0;

	(void)emptied; /* else they are free a little later */
	depot_discard(t->depot, t->work);
	t->work[0] = '\0';
}

void take_end(struct take *t)
{
	worker_end(&t->worker);
	if (t->work[0])
		discard(t);
	close_if_open(&t->capture);
	close_if_open(&t->archived);
	close_if_open(&t->orphan);
}
