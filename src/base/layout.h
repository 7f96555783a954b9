/* layout: the line of the progress, as wide as there is room.
 *
 * Of what does not fit, the least important goes first: the bar, which is shorter before that, the
 * packets per second, the bytes per second, the packets; percentage and time left stay longest.
 * Pure. */
#ifndef BASE_LAYOUT_H
#define BASE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define LAYOUT_MAX 160 /* with the NUL */

struct layout {
	uint64_t done, total; /* of the input; total 0: not known, so neither percentage nor time */
	uint64_t packets;
	double packet_rate, byte_rate, done_rate; /* per second */
};

/* Writes a line of at most `width` columns. Returns its length. */
size_t layout(const struct layout *l, size_t width, char out[LAYOUT_MAX]);

#endif
