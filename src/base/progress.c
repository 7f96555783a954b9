/* progress: see progress.h. */
#include "base/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/layout.h"

#define SMOOTHING 0.2 /* weight of the newest tenth of a second: half a second's memory */

void progress_init(struct progress *p, bool wanted, uint64_t total, int64_t now)
{
	*p = (struct progress){
	    .on = wanted && isatty(STDERR_FILENO), .total = total, .begun = now, .last = now};
}

static void smooth(double *rate, uint64_t now, uint64_t before, double seconds, bool first)
{
	double fresh = (double)(now - before) / seconds;

	*rate = first ? fresh : *rate + SMOOTHING * (fresh - *rate);
}

/* The last column stays free: some terminals wrap behind it. */
static size_t columns(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
		return 79;
	return w.ws_col - 1u;
}

static void put(struct progress *p, const char *text, bool drawn)
{
	/* A terminal that does not take it has no progress, and that is all. */
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		p->on = false;
	p->drawn = drawn;
}

/* Where a window becomes narrower, the line may become two. So the cursor goes back to where it
 * begins: there it stays, and the next line takes away both, and all that is below. A line that is
 * too long because the new width is not known yet must not wrap. */
static void put_line(struct progress *p, const char *line)
{
	char out[LAYOUT_MAX + 32];

	snprintf(out, sizeof(out), "\r\033[?7l%s\033[J\033[?7h\r", line);
	put(p, out, true);
}

void progress_draw(struct progress *p, int64_t now, uint64_t done, uint64_t packets, uint64_t bytes)
{
	double seconds = (double)(now - p->last) / 1e9;
	bool first = p->last == p->begun;
	char line[LAYOUT_MAX];
	struct layout l;

	if (!p->on || seconds <= 0)
		return;
	smooth(&p->packet_rate, packets, p->last_packets, seconds, first);
	smooth(&p->byte_rate, bytes, p->last_bytes, seconds, first);
	smooth(&p->done_rate, done, p->last_done, seconds, first);
	p->last = now;
	p->last_packets = packets;
	p->last_bytes = bytes;
	p->last_done = done;
	l = (struct layout){.done = done,
	    .total = p->total,
	    .packets = packets,
	    .packet_rate = p->packet_rate,
	    .byte_rate = p->byte_rate,
	    .done_rate = p->done_rate};
	layout(&l, columns(), line);
	put_line(p, line);
}

void progress_clear(struct progress *p)
{
	if (p->drawn)
		put(p, "\r\033[J", false);
}
