/* recorder: see recorder.h. */
#include "record/recorder.h"

#include <string.h>

#include "capture/frame.h"
#include "record/payload.h"
#include "record/plain.h"
#include "record/unread.h"

void recorder_close_file(struct recorder *r, const char *why)
{
	output_close(&r->out, why);
}

void recorder_init(struct recorder *r, const struct recorder_settings *settings,
    const struct recorder_events *events, struct stats *stats)
{
	*r = (struct recorder){
	    .out = {.set = *settings,
		.on = *events,
		.stats = stats,
		.accept = {.max_snaplen = settings->max_snaplen},
		.file = {.fd = -1}},
	    .stats = stats,
	    .sift = {.table = settings->filter},
	};
}

/* The section goes on under another filter. Where that has no program the next packet is refused.
 */
static void change_filter(struct recorder *r, const struct filter_table *filter)
{
	struct filehead *head = &r->out.head;
	const struct accept *a = &r->out.accept;

	r->sift.table = filter;
	r->sift.n = 0;
	if (!filter || !r->has_header)
		return;
	if (a->format.kind == FORMAT_PCAPNG)
		filehead_sift(head, a->format.section.big);
	sift_begin(&r->sift, a, filehead_bytes(head), head->len, r->reason);
}

void recorder_change(struct recorder *r, const struct recorder_live *live, int base,
    const struct filter_table *filter)
{
	struct recorder_settings *set = &r->out.set;

	output_close(&r->out, "reload");
	r->out.dropping = false;
	set->base = live->store ? base : -1;
	set->mode = live->mode;
	set->max_file_size = live->max_file_size;
	set->rotate =
	    (struct rotate){.unit = (enum rotate_unit)live->rotate_unit, .mod = live->rotate_mod};
	r->cut_told = r->cut_told && set->max_snaplen == live->max_snaplen;
	set->max_snaplen = r->out.accept.max_snaplen = live->max_snaplen;
	set->close_when_due = live->close_when_due;
	filehead_limit(&r->out.head, &r->out.accept);
	set->filter = filter;
	change_filter(r, filter);
}

time_t recorder_time_left(const struct recorder *r, time_t now)
{
	const struct output *o = &r->out;

	if (!o->set.close_when_due || !output_is_open(o) || o->set.rotate.unit == ROTATE_NEVER)
		return RECORDER_FOREVER;
	return rotate_due(&o->period, now) ? 0 : o->period.end - now;
}

void recorder_close_due(struct recorder *r, time_t now)
{
	if (recorder_time_left(r, now) == 0)
		output_close(&r->out, "time");
}

/* ---- the stream ---- */

/* The frames at the beginning of buf that need no more than a look at their form. */
static size_t take_plain(
    struct recorder *r, const uint8_t *buf, size_t len, struct pending *p, uint64_t left)
{
	struct plain n = {0};
	size_t used = plain_take(&r->out.accept, &r->sift, buf, len, p, left, &n);

	r->frames += n.frames;
	stats_add(&r->stats->packets, n.frames);
	if (n.dropped > 0)
		stats_add(&r->stats->filtered, n.dropped);
	stats_add(&r->stats->bytes, n.bytes);
	return used;
}

static uint64_t unread(struct recorder *r, uint8_t *buf, size_t len)
{
	return unread_packets(&r->out.accept, &r->sift, buf, len);
}

/* Takes whole frames until there are no more or one is not accepted. */
static enum recorder_status take_frames(
    struct recorder *r, uint8_t *buf, size_t len, struct pending *p, time_t now, size_t *at)
{
	enum recorder_status st = RECORDER_OK;
	enum frame_status fs;
	uint8_t *payload;
	uint64_t left;
	struct frame f;

	for (;;) {
		left = output_room(&r->out, p, now);
		*at += take_plain(r, buf + *at, len - *at, p, left);
		fs = frame_next(buf + *at, len - *at, &f);
		if (fs != FRAME_OK)
			break;
		payload = buf + *at + FRAME_HEADER;
		st = f.type == FRAME_LINK_DATA ? payload_data(r, p, payload, f.len, now)
					       : payload_header(r, p, payload, f.len, now);
		if (st == RECORDER_STORAGE) /* its own header may be overwritten by now */
			r->lost = (f.type == FRAME_LINK_DATA) +
				  unread(r, payload + f.len, len - *at - FRAME_HEADER - f.len);
		if (st != RECORDER_OK)
			break;
		stats_add(&r->stats->bytes, f.len);
		*at += FRAME_HEADER + f.len;
		r->frames++;
	}
	stats_set(&r->stats->frames, r->frames);
	if (fs != FRAME_BAD)
		return st;
	frame_reason(buf + *at, r->reason, sizeof(r->reason));
	return RECORDER_PROTOCOL;
}

enum recorder_status recorder_feed(
    struct recorder *r, uint8_t *buf, size_t len, time_t now, size_t *used)
{
	struct pending p = {.buffer = buf, .data = buf};
	size_t at = 0;
	enum recorder_status st = take_frames(r, buf, len, &p, now, &at);

	if (st != RECORDER_STORAGE) {
		enum recorder_status flushed = output_flush(&r->out, &p, now);

		if (flushed != RECORDER_OK) {
			st = flushed;
			r->lost = unread(r, buf + at, len - at);
		}
	}
	if (st == RECORDER_STORAGE) {
		memcpy(r->reason, r->out.reason, sizeof(r->reason));
		r->lost += p.packets;
	}
	r->offset += at;
	*used = at;
	return st;
}

void recorder_free(struct recorder *r)
{
	filehead_free(&r->out.head);
	sift_free(&r->sift);
}
