/* inherit: see inherit.h. */
#include "server/inherit.h"

#include <stdio.h>
#include <string.h>

#include "server/samples.h"

/* How much time a client has at least, after a restart, until it is called silent: its sender has
 * to connect again. */
#define RETURN_MS 60000

int64_t inherit_past(int64_t ms, int64_t now)
{
	return ms > 0 && ms <= now ? ms : 0;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* It counts from when it did, but has some time to come back. */
static int64_t counts_from(
    const struct status_client *was, const struct status_client *is, int64_t now)
{
	int64_t max = is->max_silence_s < INT64_MAX / 1000 ? (int64_t)is->max_silence_s * 1000 : 0;
	int64_t left = max < RETURN_MS ? max : RETURN_MS;
	int64_t since = inherit_past(was->since_ms, now) ? was->since_ms : now;

	return max == 0 || was->silent ? since : later(since, now - max + left);
}

void inherit_client(struct status_client *is, const struct status_client *was, int64_t now)
{
	int64_t end = inherit_past(was->last_end_ms, now);

	is->packets += was->packets;
	is->bytes += was->bytes;
	is->files += was->files;
	is->cut += was->cut;
	is->filtered += was->filtered;
	is->connections += was->connections;
	is->refused += was->refused;
	is->rejected += was->rejected;
	is->last_connection_ms =
	    later(is->last_connection_ms, inherit_past(was->last_connection_ms, now));
	is->last_packet_ms = later(is->last_packet_ms, inherit_past(was->last_packet_ms, now));
	is->since_ms = counts_from(was, is, now);
	if (was->silent) {
		is->silent = 1;
		is->silent_ms = inherit_past(was->silent_ms, now);
	}
	if (end > is->last_end_ms) {
		is->last_end_ms = end;
		is->last_end = was->last_end;
		memcpy(is->last_reason, was->last_reason, sizeof(is->last_reason));
		is->last_reason[sizeof(is->last_reason) - 1] = '\0';
	}
}

/* When it has ended, and in its own words why; only its master could have asked how. */
static void note_end(struct status_client *is, const struct status_page *page, int64_t when)
{
	is->last_end_ms = when;
	is->last_end = STATUS_NONE;
	if (page->ended)
		memcpy(is->last_reason, page->reason, sizeof(is->last_reason));
	else
		snprintf(is->last_reason, sizeof(is->last_reason), "its process has died");
	is->last_reason[sizeof(is->last_reason) - 1] = '\0';
}

void inherit_recording(struct status_client *is, const struct status_page *page, int64_t end)
{
	is->packets += page->stats.packets;
	is->bytes += page->stats.bytes;
	is->files += page->stats.files;
	is->cut += page->stats.cut;
	is->filtered += page->stats.filtered;
	samples_skip(is, page->stats.packets, page->stats.bytes);
	if (end > is->last_end_ms)
		note_end(is, page, end);
}
