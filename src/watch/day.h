/* day: when there were packets in the last day.
 *
 * Of archived captures by their profiles in the index; of completed ones by the time in their name,
 * when they began, and that of their last change; of recordings from the beginning of their current
 * file to their last packet. Reads no capture: of what is not archived, packets are not counted,
 * and it may have gaps that are not seen. */
#ifndef WATCH_DAY_H
#define WATCH_DAY_H

#include <stddef.h>

#include "config/config.h"
#include "view/coverage.h"
#include "watch/snapshot.h"

struct day {
	struct coverage coverage;
	/* what is missing in it, and why: one line each; NULL: nothing is */
	const char *index, *completed;
};

/* Of the clients and recordings of a snapshot, in whose region texts are. now: nanoseconds since
 * 1970. False: no memory; day_free() in either case. */
bool day_make(struct day *d, const struct snapshot *s, const struct config *config, int64_t now,
    size_t steps);
void day_free(struct day *d);

#endif
