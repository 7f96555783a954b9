/* take: one capture on its way from completed-path into the archive, until it is packed.
 *
 * Opened, given a name in the archive that is free, packed by a worker; archive/settle does the
 * rest. What a crash has left is recognised and not archived twice. Refuses to choose captures, to
 * publish and remove them, and to decide what follows from a failure: the capture is where it was.
 */
#ifndef ARCHIVE_TAKE_H
#define ARCHIVE_TAKE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "archive/depot.h"
#include "archive/intent.h"
#include "archive/sources.h"
#include "archive/worker.h"
#include "capture/capname.h"
#include "config/config.h"

#define TAKE_REASON_MAX 400

enum take_status {
	TAKE_WORKING, /* wait until take_channel() is readable, then take_go_on() */
	TAKE_PACKED,  /* settle() has to follow */
	TAKE_DONE,
	TAKE_NOT_OURS, /* no finished capture with a name of the server: left alone */
	TAKE_REFUSED,  /* one with a name that no client can have: left, with a reason */
	TAKE_FAILED
};

struct take {
	struct depot *depot;
	const struct config *config;
	int dir;                 /* where the capture is; borrowed */
	char name[NAME_MAX + 1]; /* longer than CAPNAME_MAX only until it is refused */
	struct capname parts;
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];

	enum take_status status;

	int capture, archived, orphan;
	struct stat st; /* of the capture; number 0: it is not known which file it is */
	int64_t began;  /* seconds since 1970 */
	int64_t ended;  /* the recording; seconds since 1970, `began` at most: a clock was wrong */
	char work[40];  /* name of the new file in work; "": there is none */
	char path[DEPOT_PATH_MAX];
	char intent[INTENT_ID_MAX]; /* of its note in work, that it gets this path */
	struct worker worker;

	/* From TAKE_PACKED on. Columns lead into what the worker has told. */
	struct report report;
	const uint8_t *profile, *frames;

	bool may_grow; /* take_may_grow(), when it was packed */
	int64_t due;   /* monotonic ms: until then it waits, for others or to grow */

	bool published;  /* it has t->path */
	bool stray;      /* then: it is not in the index, and could not be removed */
	bool left;       /* after TAKE_FAILED: it is archived, and cannot be removed */
	bool had_orphan; /* a file that is in no index had t->path */
	bool known;      /* after TAKE_DONE: it was archived before */

	char reason[TAKE_REASON_MAX]; /* after TAKE_FAILED, TAKE_REFUSED */
	bool met;                     /* a later round has come upon its name */
	/* Then: it is only that somebody still writes the capture. After TAKE_DONE: it was
	 * archived, and has changed since, before it could be removed. */
	bool growing;
	bool no_room; /* then: something could not be created on a full filesystem */
	bool stalled; /* then: its worker was killed, and may not have ended yet */

	uint64_t position; /* of the worker, at the last look */
	int64_t moved;     /* monotonic ms: when it was another one */
	int64_t started;   /* monotonic ms */
	int64_t patience;  /* ms without progress */
};

/* number: different for each that is at work at the same time. */
enum take_status take_begin(struct take *t, struct depot *depot, const struct config *config,
    const struct source *where, const char *name, unsigned number);

/* -1: it has no worker. */
int take_channel(const struct take *t);

/* From take_begin() to take_end(). */
bool take_is_active(const struct take *t);

/* Does not wait. */
enum take_status take_go_on(struct take *t);

/* While it works, from time to time: true when its worker has made no progress for long, or
 * takes too long; it is killed then, and the status set. take_end() may follow when the channel is
 * hung up. */
bool take_stalls(struct take *t, int64_t now_ms);

/* Chooses t->path once more, because its name was taken meanwhile, or an orphan has it. */
enum take_status take_rename(struct take *t);

/* False, with the status: the capture has changed since it was opened. */
bool take_is_whole(struct take *t);

/* After TAKE_PACKED: it looks as if somebody may still be writing it. */
bool take_may_grow(const struct take *t);

/* After TAKE_FAILED: there is no room for more, whatever the worker says. */
bool take_lacks_room(const struct take *t);

/* Sets status and reason; returns the status. */
enum take_status take_fail(struct take *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* After every status but TAKE_NOT_OURS and TAKE_REFUSED; while it works, it is abandoned. */
void take_end(struct take *t);

#endif
