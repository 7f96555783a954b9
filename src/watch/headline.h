/* headline: what is told of the server, of all clients and of the archive, above the table.
 *
 * A line that is too long is continued in the next: its end tells what waits, or what is wrong.
 * Pure. */
#ifndef WATCH_HEADLINE_H
#define WATCH_HEADLINE_H

#include <stddef.h>
#include <stdio.h>

#include "watch/snapshot.h"

/* Returns how many lines. `lines` is the height of the terminal, 0: any. At most a fourth of it is
 * used for continuations, so that the table has its place; then lines are cut. */
size_t headline_print(const struct snapshot *s, size_t width, size_t lines, FILE *to);

#endif
