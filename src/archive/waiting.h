/* waiting: prints which files wait to be handed over, and for how long.
 *
 * Refuses to hand over. */
#ifndef ARCHIVE_WAITING_H
#define ARCHIVE_WAITING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "index/store.h"

/* A line for each, in the order of their turns, and one with their number; nothing when there is
 * none. now: seconds since 1970. False with store_reason(). */
bool waiting_print(struct store *store, int64_t now, FILE *out);

#endif
