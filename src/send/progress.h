/* send_progress: one line on a terminal that says how far sending is.
 *
 * Writes to standard error, and only when that is a terminal. The caller decides how often: about
 * ten times a second, with counters it keeps anyway. Refuses to count and to know what is sent.
 *
 * Times are nanoseconds of one monotonic clock; sizes are bytes. */
#ifndef SEND_PROGRESS_H
#define SEND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct send_progress {
	bool on;        /* there is a terminal to draw on */
	bool drawn;     /* a line stands there */
	uint64_t total; /* input bytes; 0: not known, so neither bar nor time left */
	int64_t begun, last;
	uint64_t last_packets, last_bytes, last_done;
	double packet_rate, byte_rate, done_rate; /* per second, smoothed */
};

void send_progress_init(struct send_progress *p, bool wanted, uint64_t total, int64_t now);

/* done: of the input, towards total; packets and bytes: sent. */
void send_progress_draw(
    struct send_progress *p, int64_t now, uint64_t done, uint64_t packets, uint64_t bytes);

/* Takes the line away, so that something else can be written. */
void send_progress_clear(struct send_progress *p);

#endif
