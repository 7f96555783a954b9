/* fair: captures that take long keep no other client waiting.
 *
 * One of them holds its place for hours, when it is large or hostile. While they do, a client that
 * has none at work gets a place besides, within bounds. Pure: the time is an argument, monotonic
 * milliseconds. */
#ifndef ARCHIVE_FAIR_H
#define ARCHIVE_FAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/take.h"

/* How many places there are besides, because of captures that take long. */
unsigned fair_places(const struct take *take, unsigned n, int64_t now_ms);

/* Whether a capture of this name has to wait, as another one of its client is at work: that one
 * has come upon it. */
bool fair_waits(struct take *take, unsigned n, const struct config *config, const char *name);

#endif
