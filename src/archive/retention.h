/* retention: one run of what expire does for the running archive, and the lines of the log about
 * it.
 *
 * What holds it up is said once an hour. Refuses to decide which files go. */
#ifndef ARCHIVE_RETENTION_H
#define ARCHIVE_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"
#include "archive/jump.h"
#include "config/config.h"

struct retention {
	/* Seconds since 1970: of the next lines about files that may not go, files that cannot be
	 * deleted, new ones that had to go, ones that waited to be handed over, and too much that
	 * is left. */
	int64_t held_due, refused_due, young_due, waiting_due, excess_due;

	struct jump jump;   /* of the clock: an empty one trusts it again */
	int64_t told_until; /* by the claim: nothing is deleted for its age until then; 0: it is */

	/* Of the last run. */
	bool failed; /* what has to go is not gone */
	bool more;   /* it has more to do, and another run is worth while */
};

/* Deletes a number of files at most, so that its caller can look at other things in between. */
void retention_run(struct retention *r, struct depot *depot, const struct config *config);

#endif
