/* catalog: which captures of the wanted clients and time there are, each once.
 *
 * Looked for in the order in which they move: where they are recorded, where they are completed
 * (read/loose), in the index (read/indexed). What is in no index is scanned; what is in both counts
 * as archived (read/identity). Refuses to read captures itself: scan does, and whoever uses the
 * catalog.
 *
 * Memory: 24 bytes for a file of the index, twice while they are sorted; its row is looked up when
 * it is needed. */
#ifndef READ_CATALOG_H
#define READ_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/region.h"
#include "config/config.h"
#include "view/pattern.h"
#include "read/hosts.h"
#include "read/indexed.h"
#include "read/loose.h"
#include "read/tell.h"

struct catalog_range {
	bool all; /* no limits: files without times, too */
	int64_t from, to;
	bool follow;          /* recordings whatever is in them, for what comes */
	bool only_recordings; /* them alone, and nothing is scanned */
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
	int64_t begun;       /* when it was begun, seconds */
	const char **client; /* names, each once; in the order in which they were met */
	size_t clients;
	struct catalog_item *item;
	size_t n, room;
	int64_t first,
	    last; /* of the packets of all of them that have a time; last < first: none */
	struct looses loose;
	struct hosts hosts; /* where profiles are wanted; their texts are the region's */
	size_t widest;      /* of NAME or NAME-ADDRESS */
	struct indexed index;
	int64_t last_id; /* number of the last file that the index had */
};

/* False when it could not be made at all, which was told; single directories that cannot be looked
 * at are told, too. profiles: those of loose captures are wanted. */
bool catalog_make(struct catalog *c, const struct config *config, struct patterns *patterns,
    const struct catalog_range *range, bool profiles, struct tell *tell);
void catalog_free(struct catalog *c);

/* A loose capture is not where it was: its number in the index by now. 0: it is nowhere. */
int64_t catalog_moved_to(struct catalog *c, const struct loose *l);

/* By time; or by client, then time. */
void catalog_sort_by_time(struct catalog *c);
void catalog_sort_by_client(struct catalog *c);

#endif
