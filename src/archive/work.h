/* work: rounds over the finished captures, several at a time.
 *
 * A round visits each name once; a capture that could not be archived is tried again in the next.
 * Refuses to wait and to know the time: its caller polls. */
#ifndef ARCHIVE_WORK_H
#define ARCHIVE_WORK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"
#include "archive/sources.h"
#include "archive/take.h"

#define WORK_MAX 64 /* captures at a time */

struct work {
	struct depot *depot;
	const struct config *config;
	struct sources *sources;
	unsigned at_once; /* captures at a time, 1 to WORK_MAX */

	struct take *take; /* allocated; those with a channel are at work */
	unsigned active, number;
	bool reading; /* the round has names left */

	uint64_t archived, failed; /* since the beginning */
};

bool work_init(struct work *w, struct depot *depot, const struct config *config,
    struct sources *sources, unsigned at_once);
void work_free(struct work *w); /* abandons what is at work */

/* A round from the first name on; what is at work goes on. */
void work_begin(struct work *w);

/* Starts as much as there is room for. */
void work_start(struct work *w);

/* The channels to poll; returns how many. */
size_t work_channels(const struct work *w, struct pollfd p[WORK_MAX]);

/* After poll(): takes what the readable ones have to say. */
void work_go_on(struct work *w, const struct pollfd *p, size_t n);

/* Whether the round is over, and nothing at work. */
bool work_is_done(const struct work *w);

#endif
