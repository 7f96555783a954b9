/* trouble: captures that could not be archived, or not be removed: when they are tried again, and
 * what the log says of them.
 *
 * A round passes over them until their time has come. Of one that fails again and again there is a
 * line now and then, of one that is refused a single one. Refuses to decide when a round ends. */
#ifndef ARCHIVE_TROUBLE_H
#define ARCHIVE_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "archive/memo.h"
#include "archive/room.h"
#include "archive/take.h"

#define TROUBLE_REFUSED 64 /* refused captures that are told of */

/* How long after a failure it is tried again, milliseconds. */
#define TROUBLE_PAUSE_MS 50000 /* by the round of a minute, and not at each arrival */
#define TROUBLE_ALONE_MS                                                                           \
	290000 /* one that does not fit, and keeps others from room that they have */

struct trouble {
	struct memo *left, *failing; /* the caller's, which sets both: not removed, not archived */
	struct room fits;            /* what there was no room for */
	uint64_t failed;             /* since the beginning */

	/* Refused captures that a line was written for: each is met in every round. */
	struct trouble_file {
		dev_t device;
		ino_t inode;
	} refused[TROUBLE_REFUSED];
	unsigned nrefused;
};

/* Whether the file of this name was archived before, and needs but to be removed, which is tried.
 */
bool trouble_is_left(struct trouble *b, int dir, const char *name);

/* Whether it, or one that was not larger, has failed not long ago. It counts as what it is: --once
 * says so with its status. */
bool trouble_is_failing(struct trouble *b, int dir, const char *name);

/* It has failed, and is tried again after pause milliseconds. */
void trouble_failed(struct trouble *b, const struct take *t, int64_t pause);

/* It is archived, and could not be removed. */
void trouble_left(struct trouble *b, const struct take *t);

/* It is archived. */
void trouble_is_over(struct trouble *b, const struct take *t);

/* It is refused, and stays where it is. */
void trouble_refused(struct trouble *b, const struct take *t);

/* All that has failed may be tried again at once: somebody may have seen to it. */
void trouble_forget(struct trouble *b);

#endif
