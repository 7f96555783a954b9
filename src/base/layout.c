/* layout: see layout.h. */
#include "base/layout.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BAR_MAX     24u
#define BAR_MIN     5u
#define BAR_EDGES   3u /* [] and a blank */
#define LONGEST_ETA (99 * 3600 + 59 * 60 + 59)
#define PART_MAX    32

/* In the order in which they stand. */
enum part {
	PERCENTAGE,
	PACKETS,
	PACKET_RATE,
	BYTE_RATE,
	TIME_LEFT,
	PARTS
};

static double portion(const struct layout *l)
{
	return l->done < l->total ? (double)l->done / (double)l->total : 1.0;
}

static void time_left(const struct layout *l, char out[PART_MAX])
{
	uint64_t left = l->total > l->done ? l->total - l->done : 0;
	double seconds = l->done_rate > 0 ? (double)left / l->done_rate : LONGEST_ETA;
	unsigned s = (unsigned)(seconds < LONGEST_ETA ? seconds + 0.5 : LONGEST_ETA);

	if (s >= LONGEST_ETA)
		snprintf(out, PART_MAX, " left --:--");
	else if (s >= 3600)
		snprintf(out, PART_MAX, " left %u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(out, PART_MAX, " left %u:%02u", s / 60, s % 60);
}

static void write_part(const struct layout *l, enum part part, char out[PART_MAX])
{
	switch (part) {
	case PERCENTAGE:
		snprintf(out, PART_MAX, "%3d%%", (int)(portion(l) * 100));
		break;
	case PACKETS:
		snprintf(out, PART_MAX, "%s%" PRIu64 " pkt", l->total > 0 ? " " : "", l->packets);
		break;
	case PACKET_RATE:
		snprintf(out, PART_MAX, " %.0f/s", l->packet_rate);
		break;
	case BYTE_RATE:
		if (l->byte_rate < 999500) /* what a quiet interface captures would be 0.0 MB/s */
			snprintf(out, PART_MAX, " %.0f kB/s", l->byte_rate / 1e3);
		else
			snprintf(out, PART_MAX, " %.1f MB/s", l->byte_rate / 1e6);
		break;
	case TIME_LEFT:
		time_left(l, out);
		break;
	case PARTS:
		break;
	}
}

static size_t bar(const struct layout *l, size_t room, char *out)
{
	size_t width = room > BAR_MAX + BAR_EDGES ? BAR_MAX : room - BAR_EDGES;
	size_t full = (size_t)(portion(l) * (double)width);

	out[0] = '[';
	memset(out + 1, '#', full);
	memset(out + 1 + full, '.', width - full);
	out[1 + width] = ']';
	out[2 + width] = ' ';
	return width + BAR_EDGES;
}

/* The parts for which there is room. Returns their length; *all: none is missing. */
static size_t choose(const struct layout *l, size_t width, char parts[PARTS][PART_MAX], bool *all)
{
	static const enum part order[PARTS] = {
	    PERCENTAGE, TIME_LEFT, PACKETS, BYTE_RATE, PACKET_RATE};
	size_t used = 0, len;

	*all = false;
	for (size_t i = 0; i < PARTS; i++) {
		char *part = parts[order[i]];

		if (l->total == 0 && (order[i] == PERCENTAGE || order[i] == TIME_LEFT))
			continue;
		write_part(l, order[i], part);
		len = strlen(part);
		if (used + len > width) {
			*part = '\0';
			return used;
		}
		used += len;
	}
	*all = true;
	return used;
}

size_t layout(const struct layout *l, size_t width, char out[LAYOUT_MAX])
{
	char parts[PARTS][PART_MAX] = {{0}};
	size_t used, len = 0;
	bool all;

	if (width >= LAYOUT_MAX)
		width = LAYOUT_MAX - 1;
	used = choose(l, width, parts, &all);
	if (l->total > 0 && all && width - used >= BAR_MIN + BAR_EDGES)
		len = bar(l, width - used, out);
	out[len] = '\0';
	for (size_t i = 0; i < PARTS; i++)
		len = (size_t)(stpcpy(out + len, parts[i]) - out);
	return len;
}
