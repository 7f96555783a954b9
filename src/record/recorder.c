/* recorder: see recorder.h. */
#include "record/recorder.h"

#include <stdio.h>
#include <string.h>

#include "capture/edit.h"
#include "capture/frame.h"
#include "record/plain.h"

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

static enum recorder_status refuse(struct recorder *r, const char *reason)
{
	snprintf(r->reason, sizeof(r->reason), "%s", reason);
	return RECORDER_PROTOCOL;
}

/* ---- data ---- */

/* Cuts the packets of a part that are above max_snaplen, in place. Simple packets do not carry
 * their captured length: it is the snapshot length of interface 0. So they can be cut only where
 * that says so, which a file written so far does not. */
static enum recorder_status cut(
    struct recorder *r, struct pending *p, uint8_t *payload, struct accept_part *part, time_t now)
{
	const struct accept *a = &r->out.accept;
	struct filehead *head = &r->out.head;
	uint32_t max = a->max_snaplen;

	part->len =
	    accept_cut(a, payload, part->len, head->lowered || part->long_simple > 0 ? max : 0);
	if (!r->cut_told && r->out.on.cut)
		r->out.on.cut(r->out.on.context, part->longest);
	r->cut_told = true;
	stats_add(&r->stats->cut, part->too_long);
	if (part->long_simple == 0 || head->lowered)
		return RECORDER_OK;
	if (a->format.section.interfaces > 0)
		return output_lower(&r->out, p, now);
	/* it is described in this part */
	edit_snaplen(
	    payload + accept_first_snaplen(a, payload, part->len), max, a->format.section.big);
	head->lowered = true;
	return RECORDER_OK;
}

/* Takes an accepted part of data; next: what was accepted with it. */
static enum recorder_status store(struct recorder *r, struct pending *p, uint8_t *payload,
    struct accept_part *part, const struct accept *next, time_t now)
{
	enum recorder_status st = RECORDER_OK;
	uint32_t packets = part->packets;

	if (r->sift.table && !sift_part(&r->sift, &r->out.accept, payload, part, r->reason))
		return RECORDER_PROTOCOL;
	if (part->too_long > 0)
		st = cut(r, p, payload, part, now);
	/* what is filtered out opens no file, and closes none */
	if (st == RECORDER_OK && part->len > 0 && r->out.set.base >= 0) {
		st = output_rotate(&r->out, p, part->len, now);
		/* what only later packets need waits in the header for the first of them */
		if (st == RECORDER_OK && !output_is_open(&r->out) && part->needed < part->len)
			st = output_open(&r->out, now);
	}
	if (st == RECORDER_OK && !output_is_open(&r->out) && part->needed > 0)
		st = output_keep(&r->out, payload, part->len);
	if (st != RECORDER_OK)
		return st;
	r->out.accept = *next;
	stats_add(&r->stats->packets, packets);
	stats_add(&r->stats->filtered, packets - part->packets);
	if (output_is_open(&r->out)) {
		memmove(p->data + p->len, payload, part->len);
		p->packets += part->packets;
		p->len += part->len;
		p->needed += part->needed;
	} else if (r->out.dropping) {
		r->out.dropped += part->packets;
	}
	return RECORDER_OK;
}

/* ---- sections ---- */

/* Whether so many more sections within a minute are too many. */
static bool too_many_changes(struct recorder *r, unsigned changes, time_t now)
{
	if (now - r->changes_since >= 60 || now < r->changes_since) {
		r->changes_since = now;
		r->changes = 0;
	}
	r->changes += changes;
	return r->changes > r->out.set.header_changes_per_minute;
}

static enum recorder_status begin_section(struct recorder *r, struct pending *p,
    const uint8_t *head, size_t len, const struct accept *next, time_t now)
{
	enum recorder_status st = output_begin(&r->out, p, head, len, next, now);

	if (st != RECORDER_OK)
		return st;
	if (r->sift.table && !sift_begin(&r->sift, next, head, len, r->reason))
		return RECORDER_PROTOCOL;
	if (!r->has_header)
		r->out.on.header(r->out.on.context);
	r->has_header = true;
	return RECORDER_OK;
}

static bool accept_part(struct recorder *r, struct accept *next, bool link, const uint8_t *payload,
    size_t len, struct accept_part *part)
{
	return link ? accept_header(next, payload, len, part, r->reason)
		    : accept_data(next, payload, len, part, r->reason);
}

/* Looks at all parts of a payload before the first is taken: of what is refused nothing is stored.
 * *same: its head is the header that there is already. */
static enum recorder_status check_parts(struct recorder *r, const struct pending *p, bool link,
    const uint8_t *payload, size_t len, bool *same, time_t now)
{
	struct accept next = r->out.accept;
	size_t at = 0, needed = 0; /* of the section that there is, and in this payload */
	unsigned heads = 0, news;
	struct accept_part part;

	*same = false;
	do {
		if (!accept_part(r, &next, link && at == 0, payload + at, len - at, &part))
			return RECORDER_PROTOCOL;
		if (part.head && heads++ == 0 && link)
			*same = r->has_header &&
				filehead_is(&r->out.head, &r->out.accept, payload, part.len);
		if (!part.head && heads == (unsigned)link)
			needed += part.needed;
		at += part.len;
	} while (at < len);
	/* with interfaces further on, it is a section of its own */
	*same = *same && needed == 0;
	news = heads - (*same || !r->has_header);
	if (news > 0 && too_many_changes(r, news, now))
		return refuse(r, "the link header changes too often (header-changes-per-minute)");
	if (!link && r->out.head.len + p->needed + needed > FILEHEAD_MAX)
		return refuse(r, "the link header and its interfaces are larger than 1 MiB");
	return RECORDER_OK;
}

/* With a filter: what is accepted goes on without names and secrets, also in heads. */
static bool drop_secrets(struct recorder *r, bool link, uint8_t *payload, size_t *len)
{
	struct accept next = r->out.accept;
	struct accept_part part;

	for (size_t at = 0; at == 0 || at < *len; at += part.len)
		if (!accept_part(r, &next, link && at == 0, payload + at, *len - at, &part))
			return false;
	if (next.format.kind == FORMAT_PCAPNG)
		*len = sift_secrets(payload, *len, r->out.accept.format.section.big, NULL);
	return true;
}

/* A payload of any number of parts. */
static enum recorder_status take_parts(
    struct recorder *r, struct pending *p, bool link, uint8_t *payload, size_t len, time_t now)
{
	enum recorder_status st;
	bool same;
	size_t n;

	if (r->sift.table) {
		if (!drop_secrets(r, link, payload, &len))
			return RECORDER_PROTOCOL;
		if (len == 0) /* there was nothing else */
			return RECORDER_OK;
	}
	st = check_parts(r, p, link, payload, len, &same, now);

	for (size_t at = 0; st == RECORDER_OK && at < len; at += n) {
		struct accept next = r->out.accept;
		struct accept_part part;

		accept_part(r, &next, link && at == 0, payload + at, len - at, &part);
		n = part.len;
		if (!part.head)
			st = store(r, p, payload + at, &part, &next, now);
		else if (at > 0 || !same)
			st = begin_section(r, p, payload + at, n, &next, now);
	}
	return st;
}

/* A payload of data, which nearly always is one part. */
static enum recorder_status link_data(
    struct recorder *r, struct pending *p, uint8_t *payload, size_t len, time_t now)
{
	struct accept next = r->out.accept;
	struct accept_part part;

	if (!r->has_header)
		return refuse(r, "link data before any link header");
	if (!accept_data(&next, payload, len, &part, r->reason))
		return RECORDER_PROTOCOL;
	if (part.head || part.len < len || part.needed > 0)
		return take_parts(r, p, false, payload, len, now);
	return store(r, p, payload, &part, &next, now);
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

/* Frames of data. */
static uint64_t data_frames(const uint8_t *buf, size_t len)
{
	uint64_t n = 0;
	struct frame f;

	while (frame_next(buf, len, &f) == FRAME_OK) {
		n += f.type == FRAME_LINK_DATA;
		buf += FRAME_HEADER + f.len;
		len -= FRAME_HEADER + f.len;
	}
	return n;
}

/* How many packets of a payload the filter would keep. */
static uint64_t wanted(struct recorder *r, bool link, uint8_t *payload, size_t len)
{
	uint64_t packets = 0;
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		struct accept next = r->out.accept;
		struct accept_part part;

		if (!accept_part(r, &next, link && at == 0, payload + at, len - at, &part))
			break;
		n = part.len;
		if (part.head
			? !sift_begin(&r->sift, &next, payload + at, n, r->reason)
			: !sift_part(&r->sift, &r->out.accept, payload + at, &part, r->reason))
			break;
		packets += part.packets;
		r->out.accept = next;
	}
	return packets;
}

/* The records of whole frames that nobody will look at any more, and that would have been stored.
 */
static uint64_t unread(struct recorder *r, uint8_t *buf, size_t len)
{
	uint64_t n = 0;
	struct frame f;

	if (!r->sift.table)
		return data_frames(buf, len);
	for (; frame_next(buf, len, &f) == FRAME_OK; len -= FRAME_HEADER + f.len) {
		n += wanted(r, f.type != FRAME_LINK_DATA, buf + FRAME_HEADER, f.len);
		buf += FRAME_HEADER + f.len;
	}
	return n;
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
		st = f.type == FRAME_LINK_DATA ? link_data(r, p, payload, f.len, now)
					       : take_parts(r, p, true, payload, f.len, now);
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
