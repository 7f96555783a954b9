/* table: a snapshot for people, in lines that fit.
 *
 * A line for each client, those first that need a look, and beneath a client of several connections
 * one for each of these. Of columns that do not fit, the least important go first: the file, the
 * peer, packets, bytes, since when, bits and packets per second, the last packet; client and state
 * stay longest, and a line never exceeds the width. Refuses to know a terminal. Pure. */
#ifndef WATCH_TABLE_H
#define WATCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "watch/snapshot.h"

struct table_look {
	size_t width;
	bool colour;
	size_t lines; /* at most; 0: all. What is left out is counted in the last one */
};

/* What is told of the server and of the archive, then clients. */
void table_print(const struct snapshot *s, const struct table_look *look, FILE *to);

#endif
