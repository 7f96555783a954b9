/* headline: what is told of the server, of all clients and of the archive, above the table.
 *
 * A line each, cut to the width; but what is wrong, whole, in several. Pure. */
#ifndef WATCH_HEADLINE_H
#define WATCH_HEADLINE_H

#include <stddef.h>
#include <stdio.h>

#include "watch/snapshot.h"

/* Returns how many lines. */
size_t headline_print(const struct snapshot *s, size_t width, FILE *to);

#endif
