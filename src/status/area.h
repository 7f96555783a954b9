/* area: one file of the status directory, copied and checked (status/layout.h).
 *
 * Nothing in it is believed: sizes and counts are checked before anything is allocated by them,
 * every text gets its end, and printable ASCII alone. It is read and not mapped: a file that
 * somebody cuts meanwhile is a short read. Refuses to say whether its server lives, and to add
 * anything up. */
#ifndef STATUS_AREA_H
#define STATUS_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/region.h"
#include "status/layout.h"

/* A child, with what it says itself. */
struct area_child {
	struct status_child row;
	struct status_page page;
};

struct area {
	struct status_server head;
	struct area_child *child; /* slots that are in use */
	size_t children;
	struct status_client *client;
	size_t clients;
};

/* Copied between two equal sequence numbers, unless these never are. NULL, or what is wrong: one
 * line without a full stop. */
const char *area_read(struct area *a, int fd, struct region *r);

#endif
