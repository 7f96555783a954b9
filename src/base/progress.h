/* progress: one line on a terminal that says how far something is.
 *
 * Writes to standard error, and only when that is a terminal. The caller decides how often: about
 * ten times a second, with counters it keeps anyway. Refuses to count and to know what is done.
 *
 * Times are nanoseconds of one monotonic clock; sizes are bytes. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;        /* there is a terminal to draw on */
	bool drawn;     /* a line stands there */
	uint64_t total; /* of the input, in any unit; 0: not known, so neither bar nor time left */
	int64_t begun, last;
	uint64_t last_packets, last_bytes, last_done;
	double packet_rate, byte_rate, done_rate; /* per second, smoothed */
};

void progress_init(struct progress *p, bool wanted, uint64_t total, int64_t now);

/* done: of the input, towards total; packets and bytes: that came out of it. */
void progress_draw(
    struct progress *p, int64_t now, uint64_t done, uint64_t packets, uint64_t bytes);

/* Takes the line away, so that something else can be written. */
void progress_clear(struct progress *p);

#endif
