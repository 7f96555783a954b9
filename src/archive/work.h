/* work: rounds over the finished captures, several at a time.
 *
 * A round visits each name once; a capture that could not be archived is tried again in one that
 * begins a while later, one that could not be removed is only to be removed then.
 * When the archive's filesystem is full, the round ends: the others would fail as well. When one
 * capture alone does not fit, smaller ones are archived.
 * Refuses to wait: its caller polls. */
#ifndef ARCHIVE_WORK_H
#define ARCHIVE_WORK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"
#include "archive/sources.h"
#include "archive/take.h"
#include "archive/trouble.h"

#define WORK_MAX    64  /* captures that are packed at a time */
#define WORK_PACKED 128 /* that are packed and not settled: each has three descriptors */

#define WORK_CHANNELS (WORK_MAX + WORK_PACKED)

struct work {
	struct depot *depot;
	const struct config *config;
	struct sources *sources;
	unsigned at_once; /* captures that are packed at a time, 1 to WORK_MAX */

	struct take *take; /* allocated: room for at_once and WORK_PACKED */
	unsigned room;
	unsigned active, packed, number; /* with a worker; without, before settle() */
	unsigned stalled;                /* with one that was given up, and has not ended yet */
	size_t columns;                  /* bytes that the packed ones have in memory */
	/* A round has passed over a name that was at work, and is not any more: another round is
	 * worth while. The caller takes it off. */
	bool missed;
	bool more;         /* work_start() has ended early */
	bool reading;      /* the round has names left */
	bool no_room;      /* the round was given up: the archive's filesystem is full */
	uint64_t archived; /* since the beginning */
	struct trouble trouble;
};

bool work_init(struct work *w, struct depot *depot, const struct config *config,
    struct sources *sources, unsigned at_once);
/* Settles what is packed, abandons what is at work, and what still has time to grow. */
void work_free(struct work *w);

/* A round from the first name on; what is at work goes on. */
void work_begin(struct work *w);

/* All that has failed may be tried again at once: somebody may have seen to it. */
void work_retry(struct work *w);

/* Starts as much as there is room for, but for w->more: it is to be called again soon. */
void work_start(struct work *w);

/* The channels to poll; returns how many. */
size_t work_channels(const struct work *w, struct pollfd p[WORK_CHANNELS]);

/* After poll(): takes what the readable ones have to say. */
void work_go_on(struct work *w, const struct pollfd *p, size_t n);

/* From time to time: a worker that makes no progress is killed, and its capture is left to a later
 * round. One that does not even end then, on a filesystem that hangs say, keeps its capture from
 * being tried, and nothing else. */
void work_look_after(struct work *w);

/* When work_settle() should follow, monotonic ms. 0, at once: there is no room for more, or nothing
 * else to wait for. Else packed captures wait for others, but not long. INT64_MAX: there are none.
 */
int64_t work_due(const struct work *w);

/* Settles what is packed, but for what may be growing and was packed less than a second ago. */
void work_settle(struct work *w);

/* Whether the round is over, and nothing at work but what was given up. */
bool work_is_done(const struct work *w);

#endif
