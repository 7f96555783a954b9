/* expire: deletes what retention does not keep, or tells what it would delete.
 *
 * archive/retain decides; the totals and the oldest files come from the index. Only files of the
 * index are ever deleted: the file first, then its row, so that a crash leaves a row that the next
 * round removes. */
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
	uint64_t bytes;
	int64_t age; /* seconds */
};

/* Told of each file: when it was deleted, or with only_plan before. */
typedef void expire_tell(void *context, const struct expired *e);

struct expire {
	struct depot *depot;
	const struct config *config;
	int64_t now; /* seconds since 1970 */
	bool only_plan;
	expire_tell *tell;
	void *context;

	/* After a round. */
	uint64_t excess; /* bytes above the limits of all that nothing may be deleted for */
	char reason[DEPOT_REASON_MAX];
};

/* One round; false with a reason: it ended at the first error. */
bool expire_run(struct expire *e);

#endif
