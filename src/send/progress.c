/* send_progress: see progress.h. */
#include "send/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_WIDTH   24
#define LINE_ROOM   160
#define SMOOTHING   0.2 /* weight of the newest tenth of a second: half a second's memory */
#define LONGEST_ETA (99 * 3600 + 59 * 60 + 59)

void send_progress_init(struct send_progress *p, bool wanted, uint64_t total, int64_t now)
{
	*p = (struct send_progress){
	    .on = wanted && isatty(STDERR_FILENO), .total = total, .begun = now, .last = now};
}

static void smooth(double *rate, uint64_t now, uint64_t before, double seconds, bool first)
{
	double fresh = (double)(now - before) / seconds;

	*rate = first ? fresh : *rate + SMOOTHING * (fresh - *rate);
}

/* Appends the bar, the percentage; returns the length. */
static size_t bar(char *line, size_t room, uint64_t done, uint64_t total)
{
	double part = done < total ? (double)done / (double)total : 1.0;
	int full = (int)(part * BAR_WIDTH);
	char text[BAR_WIDTH + 1];

	memset(text, '.', BAR_WIDTH);
	memset(text, '#', (size_t)full);
	text[BAR_WIDTH] = '\0';
	return (size_t)snprintf(line, room, "[%s] %3d%% ", text, (int)(part * 100));
}

static size_t time_left(char *line, size_t room, uint64_t left, double rate)
{
	double seconds = rate > 0 ? (double)left / rate : LONGEST_ETA;
	unsigned s = (unsigned)(seconds < LONGEST_ETA ? seconds + 0.5 : LONGEST_ETA);

	if (s >= LONGEST_ETA)
		return (size_t)snprintf(line, room, " left --:--");
	if (s >= 3600)
		return (size_t)snprintf(
		    line, room, " left %u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	return (size_t)snprintf(line, room, " left %u:%02u", s / 60, s % 60);
}

/* A line that wrapped could not be taken away again. */
static size_t columns(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
		return 79;
	return w.ws_col - 1u;
}

static void write_line(struct send_progress *p, const char *line, size_t len)
{
	char out[LINE_ROOM + 8];
	int n;

	if (len > columns())
		len = columns();
	n = snprintf(out, sizeof(out), "\r%.*s\033[K", (int)len, line);
	/* A terminal that does not take it has no progress, and that is all. */
	if (write(STDERR_FILENO, out, (size_t)n) < 0)
		p->on = false;
	p->drawn = len > 0;
}

void send_progress_draw(
    struct send_progress *p, int64_t now, uint64_t done, uint64_t packets, uint64_t bytes)
{
	double seconds = (double)(now - p->last) / 1e9;
	bool first = p->last == p->begun;
	char line[LINE_ROOM];
	size_t n = 0;

	if (!p->on || seconds <= 0)
		return;
	smooth(&p->packet_rate, packets, p->last_packets, seconds, first);
	smooth(&p->byte_rate, bytes, p->last_bytes, seconds, first);
	smooth(&p->done_rate, done, p->last_done, seconds, first);
	p->last = now;
	p->last_packets = packets;
	p->last_bytes = bytes;
	p->last_done = done;
	if (p->total > 0)
		n += bar(line, sizeof(line), done, p->total);
	n += (size_t)snprintf(line + n, sizeof(line) - n, "%" PRIu64 " pkt %.0f/s %.1f MB/s",
	    packets, p->packet_rate, p->byte_rate / 1e6);
	if (p->total > 0)
		n += time_left(line + n, sizeof(line) - n, p->total > done ? p->total - done : 0,
		    p->done_rate);
	write_line(p, line, n);
}

void send_progress_clear(struct send_progress *p)
{
	if (p->drawn)
		write_line(p, "", 0);
}
