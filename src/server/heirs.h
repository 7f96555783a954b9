/* heirs: what earlier masters of this configuration have left in their status areas.
 *
 * At the start the totals of their clients are taken over, and their files are marked. A file goes
 * when nobody records for it any more; until then what its recordings count is added when they end,
 * and what they hear is heard.
 * Refuses to believe a file that heir_file does not, and to signal the recordings. */
#ifndef SERVER_HEIRS_H
#define SERVER_HEIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/heir_file.h"

/* Files with recordings that can be looked after at a time; more are left to the next master, and
 * of them none whose totals are still to be taken over, unless there are only such. */
#define HEIRS_MAX 32

struct heirs {
	struct heir {
		struct heir_file file;
		bool looked; /* at its recordings: what ends from then on ends now */
	} v[HEIRS_MAX];
	size_t n;
	int64_t due; /* the next look, monotonic ms; TIMER_NEVER: there are no recordings */
};

void heirs_init(struct heirs *h);
void heirs_free(struct heirs *h);

/* Before the area is published: takes over what there is in its directory. */
void heirs_take(struct heirs *h, struct area *a, const struct config *c, int64_t now);

/* After it was: from here on the totals of those files do not count. */
void heirs_mark(struct heirs *h);

/* Adds what has ended, and removes files of which nothing is left. */
void heirs_look(struct heirs *h, struct area *a, const struct config *c, int64_t now);

#endif
