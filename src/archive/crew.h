/* crew: several workers at a time, until there is nothing left to do.
 *
 * Waits for all of them; its caller starts each, and hears how it has ended. Refuses to know what
 * they do. */
#ifndef ARCHIVE_CREW_H
#define ARCHIVE_CREW_H

#include <stdbool.h>

#include "archive/worker.h"

#define CREW_MAX 64 /* workers at a time */

struct crew {
	unsigned at_once; /* 1 to CREW_MAX */
	void *context;

	/* Starts the worker that has place `i`, below at_once; false: there is nothing left to do,
	 * or no more is to be done. */
	bool (*start)(void *context, unsigned i, struct worker *w);

	/* The worker of place i has ended; r is NULL when it gave no sound report,
	 * or took too long. What the others
	 * lead to is borrowed. */
	void (*ended)(void *context, unsigned i, const struct report *r, const uint8_t *profile,
	    const uint8_t *frames);
};

/* False with errno: no waiting is possible. */
bool crew_run(const struct crew *c);

#endif
