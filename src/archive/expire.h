/* expire: deletes what retention does not keep, or tells what it would delete.
 *
 * Where handing over is required, what waits for it is passed over.
 *
 * archive/retain decides; directories that become empty go as well, archive/tidy has them. The
 * totals and the oldest files come from the index. Only files of the index are ever deleted: the
 * file first, then its row, so that a crash leaves a row that the next round removes. Rows of many
 * files are removed with one commit. */
#ifndef ARCHIVE_EXPIRE_H
#define ARCHIVE_EXPIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"
#include "archive/retain.h"
#include "config/config.h"

struct expired {
	const char *client, *path;
	const char *reason; /* the limit */
	bool for_room;      /* it is min-free */
	bool missing;       /* there was only the row left */
	bool waits;         /* it was to be handed over, and was not yet */
	uint64_t tries;     /* to hand it over, which have failed */
	uint64_t bytes;
	int64_t age; /* seconds */
};

/* Told of each file: when it was deleted, or with only_plan before. */
typedef void expire_tell(void *context, const struct expired *e);

/* Told of each file that should have been deleted, and cannot be. */
typedef void expire_refused(void *context, const struct expired *e, const char *why);

struct expire {
	struct depot *depot;
	const struct config *config;
	int64_t now; /* seconds since 1970 */
	bool only_plan;
	bool with_waiting; /* as if handing over were not required */
	uint64_t most;     /* files that are deleted in one round; 0: all that have to go */
	expire_tell *tell;
	expire_refused *refused; /* without only_plan */
	void *context;

	/* After a round. */
	bool more;   /* `most` were deleted, and others may have to go */
	bool floors; /* a client has one */
	/* Above the limits of all, and nothing may be deleted for it: bytes, and files. */
	uint64_t excess, excess_files;
	char reason[DEPOT_REASON_MAX];
};

/* After a round: what stayed only because it waits to be handed over, which has failed before. */
struct expire_held {
	uint64_t files, bytes;
	int64_t age; /* of the oldest, in seconds */
};

/* Whether a client's max-age, 0 as well, stands in the place of the general one. NULL: it is not
 * configured any more. */
bool expire_has_own_age(const struct config_client *k);

/* One round. A file that cannot be deleted stays, and the round goes on. False with a reason: it
 * ended at the first error of another kind, or no file can be deleted there. */
bool expire_run(struct expire *e);

/* Of the same depot, configuration and time. Deletes nothing; false with a reason in *e. */
bool expire_held(struct expire *e, struct expire_held *out);

#endif
