/* stray: archived files that the index does not have.
 *
 * There are some where an old index was put back, or a file: retention does not know them, and
 * osmo-pcap-read does not find them. Needs no lock: what has just got its name may not be committed
 * yet, so where an archive works, files that are younger than that takes are passed over. Changes
 * nothing, and refuses to open files. */
#ifndef ARCHIVE_STRAY_H
#define ARCHIVE_STRAY_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/depot.h"

#define STRAY_COMMITTED_S 10 /* an archive needs no longer from a file's name to its commit */

/* A file that the index does not have (why is NULL), or a directory that cannot be read. */
typedef void stray_tell(void *context, const char *path, const char *why);

struct stray {
	struct depot *depot;
	int64_t since; /* recordings that ended then or later; seconds since 1970 */
	stray_tell *tell;
	void *context;
	uint64_t files;      /* at the end */
	uint64_t unreadable; /* directories */
	char reason[DEPOT_REASON_MAX];
};

/* False with a reason: it ended early. */
bool stray_find(struct stray *s);

#endif
