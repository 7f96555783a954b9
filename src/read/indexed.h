/* indexed: the archive's index as a reader has it: opened once there is one, and opened again when
 * another one takes its place.
 *
 * Tells what is wrong with it: an archive that has files and no index cannot be searched, which is
 * an error; one in which nothing is yet needs none. Refuses to write, and to choose rows. */
#ifndef READ_INDEXED_H
#define READ_INDEXED_H

#include <stdbool.h>
#include <sys/stat.h>

#include "config/config.h"
#include "index/store.h"
#include "read/tell.h"

struct indexed {
	const struct config *config;
	struct tell *tell;
	struct store *store; /* NULL: there is no archive, or no index yet */
	int archive;         /* its directory; -1: it is not open */

	/* The rest is its own. */
	struct stat st; /* of the file that is open */
	bool told;      /* that there is none */
};

void indexed_init(struct indexed *x, const struct config *config, struct tell *tell);
void indexed_free(struct indexed *x);

/* Opens it, where there is one by now. False when it cannot be read, which was told. */
bool indexed_open(struct indexed *x);

/* Whether another file has its name than the one that is open. */
bool indexed_is_replaced(const struct indexed *x);

/* False with what the store says, which is told. */
bool indexed_is_well(const struct indexed *x);

#endif
