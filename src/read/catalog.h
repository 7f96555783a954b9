/* catalog: which captures of the wanted clients and time there are, each once.
 *
 * Looked for in the order in which they move: where they are recorded, where they are completed,
 * in the index. What is not in the index is held open from then on, wherever it moves, and scanned;
 * what is found on its way twice is known by its inode, and in the index by its name, length and
 * end. Refuses to read captures itself: scan does, and whoever uses the catalog.
 *
 * Memory: 24 bytes for a file of the index, twice while they are sorted; its row is looked up when
 * it is needed. */
#ifndef READ_CATALOG_H
#define READ_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/region.h"
#include "config/config.h"
#include "index/store.h"
#include "view/pattern.h"
#include "read/scan.h"
#include "read/tell.h"

struct catalog_range {
	bool all; /* no limits: files without times, too */
	int64_t from, to;
	bool follow;          /* recordings whatever is in them, for what comes */
	bool only_recordings; /* them alone, and nothing is scanned */
};

/* A capture that is not in the index. */
struct loose {
	const char *client, *address, *name, *path; /* path: with the directory */
	bool recording;                             /* it was when it was found */
	bool archived;                              /* it is in the index as well: left out */
	int fd;
	struct stat st;
	struct scan_file scanned;
};

struct catalog_item {
	int64_t first;   /* of its packets; INT64_MIN: none has a time */
	int64_t id;      /* in the index; 0: loose */
	uint32_t loose;  /* else */
	uint32_t client; /* among the names */
};

struct catalog {
	struct region *region;
	struct tell *tell;
	const struct config *config;
	const char **client; /* names, each once; in the order in which they were met */
	size_t clients;
	struct catalog_item *item;
	size_t n, room;
	int64_t first,
	    last; /* of the packets of all of them that have a time; last < first: none */
	struct loose *loose;
	size_t nloose, recorded; /* recorded: none behind these is being recorded */
	size_t widest;           /* of NAME or NAME-ADDRESS */

	struct store *store; /* NULL: there is no archive, or nothing in it yet */
	int archive;         /* its directory */
	bool told;           /* that there is no index */
	int64_t last_id;     /* number of the last file that the index had */
};

/* False when it could not be made at all, which was told; single directories that cannot be looked
 * at are told, too. profiles: those of loose captures are wanted. */
bool catalog_make(struct catalog *c, const struct config *config, struct patterns *patterns,
    const struct catalog_range *range, bool profiles, struct tell *tell);
void catalog_free(struct catalog *c);

/* The index, where there is one by now. False when it cannot be read, which was told. */
bool catalog_open_index(struct catalog *c);

/* By time; or by client, then time. */
void catalog_sort_by_time(struct catalog *c);
void catalog_sort_by_client(struct catalog *c);

#endif
