/* packets: what is wanted of a catalog, written from beginning to end; then, what is recorded.
 *
 * Refuses to sort (merge does) and to look for captures (the catalog, follow). */
#ifndef READ_PACKETS_H
#define READ_PACKETS_H

#include <stdbool.h>

#include "read/catalog.h"
#include "view/pattern.h"

struct packets_task {
	struct catalog *catalog; /* by time */
	const struct catalog_range *range;
	struct patterns *patterns;
	const char *filter; /* NULL: every packet */
	int output;
	const char *name; /* of the output, for messages */
	bool pcap, follow;
};

/* False: there was no packet, or what went wrong was told. */
bool packets_write(const struct packets_task *task, struct tell *tell);

#endif
