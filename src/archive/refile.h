/* refile: one file of the archive, read again so that it can be put into the index.
 *
 * A worker reads what a compressed file says of itself, and scans one that is not compressed as
 * when it was archived. Refuses to choose files, and to write into the index: its callers do. */
#ifndef ARCHIVE_REFILE_H
#define ARCHIVE_REFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"
#include "archive/named.h"
#include "archive/worker.h"
#include "config/config.h"

struct refile {
	char path[DEPOT_PATH_MAX]; /* the caller's, beneath the archive's path */
	struct named named;        /* the caller's: of path */

	/* Its own. */
	struct report_names names; /* of one that is not compressed */
	uint64_t stored;
	int64_t changed; /* when it was changed last; seconds since 1970 */
};

enum refile_begun {
	REFILE_READING,    /* a worker reads it, refile_end() follows */
	REFILE_MISSING,    /* it is not there */
	REFILE_UNREADABLE, /* with why */
	REFILE_RECORDING,  /* with why: it is no finished capture */
	REFILE_NO_WORKER   /* with why: no process can be started */
};

/* name: of the capture when it was completed, where somebody knows; NULL: as the file is called.
 * *why is valid until the next call. */
enum refile_begun refile_begin(struct refile *f, struct depot *depot, const struct config *config,
    const char *name, struct worker *w, const char **why);

/* When the worker has ended, with its report (NULL: none). The row leads into what is given;
 * it is made when NULL is returned, else that is why there is none. */
const char *refile_end(const struct refile *f, const struct report *report, const uint8_t *profile,
    const uint8_t *frames, struct store_file *row);

#endif
