/* catalog: which captures of the wanted clients and time there are, each once.
 *
 * Looked for in the order in which they move: where they are recorded, where they are completed,
 * in the index. What is not in the index is held open from then on, wherever it moves, and scanned;
 * what is found on its way twice is known by its inode, and in the index by its name, length and
 * end. Refuses to read captures itself: scan does, and whoever uses the catalog.
 *
 * Memory: about 40 bytes for a file of the index; its row is looked up when it is needed. */
#ifndef READ_CATALOG_H
#define READ_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/region.h"
#include "config/config.h"
#include "index/store.h"
#include "read/pattern.h"
#include "read/scan.h"
#include "read/tell.h"

struct catalog_range {
	bool all; /* no limits: files without times, too */
	int64_t from, to;
};

/* A capture that is not in the index. */
struct loose {
	const char *client, *address, *name, *path; /* path: with the directory */
	bool recording;                             /* it was when it was found */
	int fd;                                     /* -1: left out */
	struct stat st;
	struct scan_file scanned;
};

struct catalog_item {
	int64_t first, last; /* of its packets; without times: INT64_MIN, INT64_MAX */
	int64_t id;          /* in the index; 0: loose */
	uint32_t loose;      /* else */
	uint32_t client;     /* among the names */
};

struct catalog {
	struct region *region;
	struct tell *tell;
	const struct config *config;
	const char **client; /* names, each once; in the order in which they were met */
	size_t clients;
	struct catalog_item *item;
	size_t n, room;
	struct loose *loose;
	size_t nloose, recorded; /* recorded: none behind these is being recorded */
	size_t widest;           /* of NAME or NAME-ADDRESS */

	struct store *store; /* NULL: there is no archive */
	int archive;         /* its directory */
};

/* False when it could not be made at all, which was told; single directories that cannot be looked
 * at are told, too. profiles: those of loose captures are wanted. */
bool catalog_make(struct catalog *c, const struct config *config, struct patterns *patterns,
    const struct catalog_range *range, bool profiles, struct tell *tell);
void catalog_free(struct catalog *c);

/* By time; or by client, then time. */
void catalog_sort_by_time(struct catalog *c);
void catalog_sort_by_client(struct catalog *c);

#endif
