/* merge: packets of many captures as one capture, in the order of their times.
 *
 * A process for each capture that has packets of the moment, and for as many of the next as there
 * are processors; packets of one capture keep their order, also where their times go back. Memory
 * follows from how many captures overlap, not from how many there are. Refuses to choose captures,
 * and to open what is written to. */
#ifndef READ_MERGE_H
#define READ_MERGE_H

#include <stdbool.h>

#include "read/catalog.h"

struct merge_task {
	struct catalog *catalog; /* by time */
	const struct catalog_range *range;
	const char *filter; /* NULL: every packet */
	int output;
	const char *name; /* of the output, for messages */
	bool pcap;
};

/* What went wrong is told. */
void merge(const struct merge_task *task, struct tell *tell);

#endif
