/* headline: what is told of the server, of all clients and of the archive, above the table.
 *
 * Nothing of it is cut off: the end of a line tells what waits, or what is wrong. Pure. */
#ifndef WATCH_HEADLINE_H
#define WATCH_HEADLINE_H

#include <stddef.h>
#include <stdio.h>

#include "watch/snapshot.h"

/* Returns how many lines. */
size_t headline_print(const struct snapshot *s, size_t width, FILE *to);

#endif
