/* recorder: see recorder.h. */
#include "record/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/edit.h"
#include "capture/frame.h"

/* What was accepted of the current buffer and is not yet in the file, compacted at its beginning:
 * payloads are moved down over the frame headers, so that one write takes them all. */
struct pending {
	uint8_t *buffer;
	uint8_t *data; /* buffer, or further up after a write that was not whole */
	size_t len;
	size_t needed; /* bytes of blocks among them that every later file needs */
	uint64_t packets;
};

void recorder_init(struct recorder *r, const struct recorder_settings *settings,
    const struct recorder_events *events, struct stats *stats)
{
	*r = (struct recorder){
	    .set = *settings,
	    .on = *events,
	    .stats = stats,
	    .accept = {.max_snaplen = settings->max_snaplen},
	    .file = {.fd = -1},
	};
}

static enum recorder_status storage_error(struct recorder *r, const char *what, int error)
{
	snprintf(r->reason, sizeof(r->reason), "%s: %s", what, strerror(error));
	return RECORDER_STORAGE;
}

/* What is in the file behind its last whole record could not be cut off. */
static enum recorder_status torn(struct recorder *r)
{
	r->file_torn = true;
	return storage_error(r, "cutting the capture file", errno);
}

static bool full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/* ---- files ---- */

static void publish(struct recorder *r, const char *why)
{
	void *context = r->on.context;
	uint64_t bytes = r->file.size;
	char was[CAPNAME_MAX];
	enum capfile_published result;
	bool renamed;
	int error;

	memcpy(was, r->file.name, sizeof(was));
	result = capfile_publish(&r->file, &renamed);
	error = errno;
	if (result == CAPFILE_LEFT) {
		r->on.unpublished(context, was, why, error);
		return;
	}
	r->on.published(context, r->file.name, renamed ? was : NULL, why, r->file_packets, bytes);
	if (result == CAPFILE_UNSYNCED)
		r->on.unsynced(context, r->file.name, error);
}

void recorder_close_file(struct recorder *r, const char *why)
{
	if (r->file.fd < 0)
		return;
	if (r->file_torn) {
		capfile_abandon(&r->file);
		r->on.unpublished(r->on.context, r->file.name, why, EIO);
	} else if (r->file.size <= r->file_empty) /* nothing came of it */
		capfile_discard(&r->file);
	else
		publish(r, why);
	r->file_packets = 0;
	r->file_torn = false;
	r->stats->file_bytes = 0;
}

/* After a failed write or creation: waits when there was no room. OK means try again. */
static enum recorder_status retry(struct recorder *r, const char *what, int error)
{
	if (!full(error))
		return storage_error(r, what, error);
	if (!r->on.wait_for_room(r->on.context, error, r->attempts++))
		return storage_error(r, "giving up on the full disk", error);
	return RECORDER_OK;
}

static void succeeded(struct recorder *r)
{
	if (r->attempts > 0)
		r->on.room_again(r->on.context);
	r->attempts = 0;
}

static enum recorder_status create_file(struct recorder *r, time_t now)
{
	enum recorder_status st;
	struct tm local;

	if (!r->set.local(&now, &local))
		return storage_error(r, "naming the capture file", errno);
	if (now != r->number_of) { /* a second's numbers are not tried twice */
		r->number_of = now;
		r->number = 0;
	}
	while (!capfile_create(&r->file, r->set.base, r->set.done, r->set.mode, r->set.stem, &local,
	    r->accept.format.kind, &r->number)) {
		st = retry(r, "creating a capture file", errno);
		if (st != RECORDER_OK)
			return st;
	}
	return RECORDER_OK;
}

static uint8_t *header(struct recorder *r)
{
	return r->large ? r->large : r->small;
}

static enum recorder_status open_file(struct recorder *r, time_t now)
{
	enum recorder_status st = create_file(r, now);

	if (st != RECORDER_OK)
		return st;
	r->file_empty = 0;
	while (capfile_append(&r->file, header(r), r->header_len) < r->header_len) {
		int error = errno;

		if (!capfile_cut(&r->file))
			return torn(r);
		st = retry(r, "writing the capture file", error);
		if (st != RECORDER_OK)
			return st;
	}
	succeeded(r);
	r->file.size = r->header_len;
	r->file_empty = r->header_len;
	r->period = rotate_period(&r->set.rotate, now, r->set.local);
	r->stats->files++;
	r->stats->file_bytes = r->file.size;
	r->on.opened(r->on.context, r->file.name);
	return RECORDER_OK;
}

static bool append_header(struct recorder *r, const uint8_t *p, size_t len)
{
	size_t sum = r->header_len + len;
	uint8_t *grown;

	if (len > RECORDER_HEADER_MAX - r->header_len)
		return false;
	if (!r->large && sum <= sizeof(r->small)) {
		memcpy(r->small + r->header_len, p, len);
	} else {
		grown = realloc(r->large, sum);
		if (!grown)
			return false;
		if (!r->large)
			memcpy(grown, r->small, r->header_len);
		memcpy(grown + r->header_len, p, len);
		r->large = grown;
	}
	r->header_len = sum;
	return true;
}

static enum recorder_status keep(struct recorder *r, const uint8_t *p, size_t len)
{
	return append_header(r, p, len) ? RECORDER_OK
					: storage_error(r, "keeping the link header", ENOMEM);
}

/* What later packets need of accepted data is repeated in every later file. */
static enum recorder_status keep_needed(struct recorder *r, const uint8_t *data, size_t len)
{
	size_t at = 0, n;

	while ((n = accept_next_needed(&r->accept, data, len, &at)) > 0) {
		enum recorder_status st = keep(r, data + at, n);

		if (st != RECORDER_OK)
			return st;
		at += n;
	}
	return RECORDER_OK;
}

/* So much of what is pending is in the file now. Only from here on the next file needs to
 * repeat blocks of it: the rest of what is pending may go into that one. */
static enum recorder_status commit(
    struct recorder *r, struct pending *p, size_t len, uint64_t packets)
{
	enum recorder_status st = RECORDER_OK;

	if (p->needed > 0)
		st = keep_needed(r, p->data, len);
	r->file.size += len;
	r->file_packets += packets;
	r->stats->file_bytes = r->file.size;
	p->data += len;
	p->len -= len;
	p->packets -= packets;
	return st;
}

/* RLIMIT_FSIZE or the filesystem's largest file: publish, go on in a new one. */
static enum recorder_status too_large(struct recorder *r, time_t now)
{
	if (r->file_packets == 0)
		return storage_error(r, "writing the capture file", EFBIG);
	recorder_close_file(r, "size");
	return open_file(r, now);
}

/* Everything accepted goes into the file; on an error only whole records are in it. */
static enum recorder_status flush(struct recorder *r, struct pending *p, time_t now)
{
	enum recorder_status st = RECORDER_OK;

	if (r->set.base < 0)
		p->len = 0;
	while (st == RECORDER_OK && p->len > 0) {
		size_t n = capfile_append(&r->file, p->data, p->len);
		int error = errno;
		uint64_t packets = 0;

		if (n == p->len) {
			st = commit(r, p, n, p->packets);
			break;
		}
		n = format_whole(&r->accept.format, p->data, n, &packets);
		st = commit(r, p, n, packets);
		if (!capfile_cut(&r->file))
			st = torn(r);
		else if (st == RECORDER_OK)
			st = error == EFBIG ? too_large(r, now)
					    : retry(r, "writing the capture file", error);
	}
	if (st != RECORDER_OK)
		return st;
	succeeded(r);
	*p = (struct pending){.buffer = p->buffer, .data = p->buffer};
	return RECORDER_OK;
}

/* ---- frames ---- */

static enum recorder_status refuse(struct recorder *r, const char *reason)
{
	snprintf(r->reason, sizeof(r->reason), "%s", reason);
	return RECORDER_PROTOCOL;
}

/* What a file may grow to, 0: any size. What each file begins with may be a megabyte: half as much
 * is left for packets, or a few of them would fill the disk. */
static uint64_t size_limit(const struct recorder *r)
{
	uint64_t max = r->set.max_file_size, least = r->file_empty + r->file_empty / 2;

	return max > 0 && max < least ? least : max;
}

/* Whether so many more bytes would grow the file past its limit. */
static bool outgrown(const struct recorder *r, uint64_t len)
{
	uint64_t limit = size_limit(r);

	return limit > 0 && r->file.size + len > limit;
}

/* Flushes and publishes when the current file's time or size is over. */
static enum recorder_status rotate(struct recorder *r, struct pending *p, size_t more, time_t now)
{
	const char *why;
	enum recorder_status st;

	if (r->file.fd < 0)
		return RECORDER_OK;
	if (rotate_due(&r->period, now))
		why = "time";
	else if (outgrown(r, p->len + more))
		why = "size";
	else
		return RECORDER_OK;
	st = flush(r, p, now);
	if (st == RECORDER_OK)
		recorder_close_file(r, why);
	return st;
}

/* ---- data ---- */

/* Simple packets do not carry their captured length: it is the snapshot length of interface 0. So
 * they can be cut only where that says so, which a file written so far does not. `in_part`:
 * interface 0 is described in the part that is being taken, and not in the header. */
static enum recorder_status lower_snaplen(
    struct recorder *r, struct pending *p, uint8_t *payload, size_t len, bool in_part, time_t now)
{
	bool big = r->accept.format.section.big;
	enum recorder_status st;

	if (in_part) {
		edit_snaplen(payload + accept_first_snaplen(&r->accept, payload, len),
		    r->set.max_snaplen, big);
	} else {
		st = flush(r, p, now);
		if (st != RECORDER_OK)
			return st;
		recorder_close_file(r, "link-header");
		edit_snaplen(header(r) + accept_first_snaplen(&r->accept, header(r), r->header_len),
		    r->set.max_snaplen, big);
	}
	r->lowered = true;
	return RECORDER_OK;
}

/* Cuts the packets of a part that are above max_snaplen, in place. */
static enum recorder_status cut(
    struct recorder *r, struct pending *p, uint8_t *payload, struct accept_part *part, time_t now)
{
	bool in_part = r->accept.format.section.interfaces == 0;

	part->len = accept_cut(&r->accept, payload, part->len,
	    r->lowered || part->long_simple > 0 ? r->set.max_snaplen : 0);
	if (r->stats->cut == 0 && r->on.cut)
		r->on.cut(r->on.context, part->longest);
	r->stats->cut += part->too_long;
	if (part->long_simple == 0 || r->lowered)
		return RECORDER_OK;
	return lower_snaplen(r, p, payload, part->len, in_part, now);
}

/* Takes an accepted part of data; next: what was accepted with it. */
static enum recorder_status store(struct recorder *r, struct pending *p, uint8_t *payload,
    struct accept_part *part, const struct accept *next, time_t now)
{
	enum recorder_status st = RECORDER_OK;

	if (part->too_long > 0)
		st = cut(r, p, payload, part, now);
	if (st == RECORDER_OK && r->set.base >= 0) {
		st = rotate(r, p, part->len, now);
		/* what only later packets need waits in the header for the first of them */
		if (st == RECORDER_OK && r->file.fd < 0 && part->needed < part->len)
			st = open_file(r, now);
	}
	if (st == RECORDER_OK && r->file.fd < 0 && part->needed > 0)
		st = keep_needed(r, payload, part->len);
	if (st != RECORDER_OK)
		return st;
	r->accept = *next;
	r->stats->packets += part->packets;
	if (r->file.fd >= 0) {
		memmove(p->data + p->len, payload, part->len);
		p->packets += part->packets;
		p->len += part->len;
		p->needed += part->needed;
	}
	return RECORDER_OK;
}

/* ---- sections ---- */

/* A link header that is there already, and changes nothing: interfaces that were described since
 * keep their numbers. */
static bool same_header(struct recorder *r, const uint8_t *payload, size_t len)
{
	size_t at = 0;
	const uint8_t *kept = header(r);

	if (!r->has_header || len != r->link_len)
		return false;
	if (r->lowered)
		at = accept_first_snaplen(&r->accept, kept, len);
	if (!r->lowered || at == 0)
		return memcmp(payload, kept, len) == 0;
	return memcmp(payload, kept, at) == 0 &&
	       bytes_load32(payload + at, r->accept.format.section.big) ==
		   r->accept.format.section.first.snaplen &&
	       memcmp(payload + at + 4, kept + at + 4, len - at - 4) == 0;
}

/* Whether so many more sections within a minute are too many. */
static bool too_many_changes(struct recorder *r, unsigned changes, time_t now)
{
	if (now - r->changes_since >= 60 || now < r->changes_since) {
		r->changes_since = now;
		r->changes = 0;
	}
	r->changes += changes;
	return r->changes > r->set.header_changes_per_minute;
}

static enum recorder_status begin_section(struct recorder *r, struct pending *p,
    const uint8_t *payload, size_t len, const struct accept *next, time_t now)
{
	/* what was accepted so far belongs under the old header */
	enum recorder_status st = flush(r, p, now);

	if (st != RECORDER_OK)
		return st;
	recorder_close_file(r, "link-header");
	r->header_len = 0;
	st = keep(r, payload, len);
	if (st != RECORDER_OK)
		return st;
	r->link_len = len;
	r->lowered = false;
	r->accept = *next;
	if (!r->has_header)
		r->on.header(r->on.context);
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
	struct accept next = r->accept;
	size_t at = 0, needed = 0; /* of the section that there is, and in this payload */
	unsigned heads = 0, news;
	struct accept_part part;

	*same = false;
	do {
		if (!accept_part(r, &next, link && at == 0, payload + at, len - at, &part))
			return RECORDER_PROTOCOL;
		if (part.head && heads++ == 0 && link)
			*same = same_header(r, payload, part.len);
		if (!part.head && heads == (unsigned)link)
			needed += part.needed;
		at += part.len;
	} while (at < len);
	/* with interfaces further on, it is a section of its own */
	*same = *same && needed == 0;
	news = heads - (*same || !r->has_header);
	if (news > 0 && too_many_changes(r, news, now))
		return refuse(r, "the link header changes too often (header-changes-per-minute)");
	if (!link && r->header_len + p->needed + needed > RECORDER_HEADER_MAX)
		return refuse(r, "the link header and its interfaces are larger than 1 MiB");
	return RECORDER_OK;
}

/* A payload of any number of parts. */
static enum recorder_status take_parts(
    struct recorder *r, struct pending *p, bool link, uint8_t *payload, size_t len, time_t now)
{
	bool same;
	enum recorder_status st = check_parts(r, p, link, payload, len, &same, now);
	size_t n;

	for (size_t at = 0; st == RECORDER_OK && at < len; at += n) {
		struct accept next = r->accept;
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
	struct accept next = r->accept;
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

/* How many more bytes may be added without asking anything but the record's own form: 0 when
 * there is no file, or its time is over. */
static uint64_t room(const struct recorder *r, const struct pending *p, time_t now)
{
	uint64_t taken = r->file.size + p->len, limit = size_limit(r);

	if (r->set.base < 0)
		return UINT64_MAX;
	if (r->file.fd < 0 || rotate_due(&r->period, now))
		return 0;
	if (limit == 0)
		return UINT64_MAX;
	return limit > taken ? limit - taken : 0;
}

/* The records at the beginning of buf that need no more than a look at their form; returns their
 * bytes. This is the loop that a busy stream is in: it has its own function and asks for little, so
 * that all of it is in registers. Frames of `left` bytes fit where there is room for `left`. */
__attribute__((noinline)) static size_t take_plain(
    struct recorder *r, const uint8_t *buf, size_t len, struct pending *p, uint64_t left)
{
	const struct accept accept = r->accept;
	const uint8_t *in = buf, *end = buf + (left < len ? left : len);
	uint8_t *start = p->data + p->len, *out = start;
	uint64_t bytes, packets;
	struct frame f;

	if (!accept_has_plain(&accept))
		return 0;
	while (end - in >= FRAME_HEADER && *in == FRAME_LINK_DATA &&
	       frame_next(in, (size_t)(end - in), &f) == FRAME_OK &&
	       accept_plain_record(&accept, f.payload, f.len)) {
		memmove(out, f.payload, f.len);
		out += f.len;
		in = f.payload + f.len;
	}
	bytes = (uint64_t)(out - start);
	packets = ((uint64_t)(in - buf) - bytes) / FRAME_HEADER;
	p->len += bytes;
	p->packets += packets;
	r->frames += packets;
	r->stats->packets += packets;
	r->stats->bytes += bytes;
	return (size_t)(in - buf);
}

/* Takes whole frames until there are no more or one is not accepted. */
static enum recorder_status take_frames(
    struct recorder *r, uint8_t *buf, size_t len, struct pending *p, time_t now, size_t *at)
{
	enum recorder_status st = RECORDER_OK;
	enum frame_status fs;
	uint8_t *payload;
	struct frame f;

	for (;;) {
		*at += take_plain(r, buf + *at, len - *at, p, room(r, p, now));
		fs = frame_next(buf + *at, len - *at, &f);
		if (fs != FRAME_OK)
			break;
		payload = buf + *at + FRAME_HEADER;
		st = f.type == FRAME_LINK_DATA ? link_data(r, p, payload, f.len, now)
					       : take_parts(r, p, true, payload, f.len, now);
		if (st != RECORDER_OK)
			break;
		r->stats->bytes += f.len;
		*at += FRAME_HEADER + f.len;
		r->frames++;
	}
	r->stats->frames = r->frames;
	if (fs != FRAME_BAD)
		return st;
	frame_reason(buf + *at, r->reason, sizeof(r->reason));
	return RECORDER_PROTOCOL;
}

/* The records of whole frames that nobody will look at any more. */
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

enum recorder_status recorder_feed(
    struct recorder *r, uint8_t *buf, size_t len, time_t now, size_t *used)
{
	struct pending p = {.buffer = buf, .data = buf};
	size_t at = 0;
	enum recorder_status st = take_frames(r, buf, len, &p, now, &at);

	if (st != RECORDER_STORAGE) {
		enum recorder_status flushed = flush(r, &p, now);

		if (flushed != RECORDER_OK)
			st = flushed;
	}
	if (st == RECORDER_STORAGE)
		r->lost = p.packets + data_frames(buf + at, len - at);
	r->offset += at;
	*used = at;
	return st;
}

void recorder_free(struct recorder *r)
{
	free(r->large);
	r->large = NULL;
}
