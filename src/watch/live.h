/* live: a table that is drawn anew every few seconds, until q.
 *
 * On a terminal it takes the whole screen, and gives it back whatever ends it: a key, a signal, a
 * fault of the program, output that fails. Elsewhere the tables follow each other. Refuses to know
 * what is in the table. */
#ifndef WATCH_LIVE_H
#define WATCH_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct live {
	unsigned seconds; /* between two tables */
	/* Prints one, so wide and with no more lines (0: as many as it takes). */
	void (*print)(void *of, size_t width, size_t lines, FILE *to);
	void *of;
};

/* Returns after q, and where standard output cannot be written: false with errno. */
bool live_run(const struct live *l);

#endif
