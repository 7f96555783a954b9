/* verify: whether the archived files hold what the index says.
 *
 * Each is read to its end by a worker: size of the file, length and SHA-256 of the capture, and
 * whether its metadata could be read again. Changes nothing, and needs no lock: files come and go
 * meanwhile. Retention deletes files before it commits that to the index, so of one that is missing
 * the index is asked again, after a while where an archive works. Refuses to repair. */
#ifndef ARCHIVE_VERIFY_H
#define ARCHIVE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/crew.h"
#include "archive/depot.h"

/* A file that differs, or cannot be read. */
typedef void verify_tell(void *context, const char *client, const char *path, const char *what);

struct verify {
	struct depot *depot;
	int64_t since; /* recordings that ended then or later; seconds since 1970 */
	verify_tell *tell;
	void *context;

	/* At the end. */
	uint64_t files, bytes; /* that were read, and of captures */
	uint64_t wrong;        /* files that were told of */
	char reason[DEPOT_REASON_MAX];
};

/* False with a reason: it ended early. Files that were told of are no reason. */
bool verify_run(struct verify *v);

#endif
