/* payload: see payload.h. */
#include "record/payload.h"

#include <stdio.h>
#include <string.h>

#include "capture/edit.h"

static enum recorder_status refuse(struct recorder *r, const char *reason)
{
	snprintf(r->reason, sizeof(r->reason), "%s", reason);
	return RECORDER_PROTOCOL;
}

/* ---- one part ---- */

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

/* ---- all parts ---- */

/* Looks at all parts of a payload before the first is taken: of what is refused nothing is stored.
 * *same: its head is the header that there is already. */
static enum recorder_status check_parts(struct recorder *r, const struct pending *p, bool header,
    const uint8_t *payload, size_t len, bool *same, time_t now)
{
	struct accept next = r->out.accept;
	size_t at = 0, needed = 0; /* of the section that there is, and in this payload */
	unsigned heads = 0, news;
	struct accept_part part;

	*same = false;
	do {
		if (!accept_either(
			&next, header && at == 0, payload + at, len - at, &part, r->reason))
			return RECORDER_PROTOCOL;
		if (part.head && heads++ == 0 && header)
			*same = r->has_header &&
				filehead_is(&r->out.head, &r->out.accept, payload, part.len);
		if (!part.head && heads == (unsigned)header)
			needed += part.needed;
		at += part.len;
	} while (at < len);
	/* with interfaces further on, it is a section of its own */
	*same = *same && needed == 0;
	news = heads - (*same || !r->has_header);
	if (news > 0 && too_many_changes(r, news, now))
		return refuse(r, "the link header changes too often (header-changes-per-minute)");
	if (!header && r->out.head.len + p->needed + needed > FILEHEAD_MAX)
		return refuse(r, "the link header and its interfaces are larger than 1 MiB");
	return RECORDER_OK;
}

/* With a filter: what is accepted goes on without names and secrets, also in heads. */
static bool drop_secrets(struct recorder *r, bool header, uint8_t *payload, size_t *len)
{
	struct accept next = r->out.accept;
	struct accept_part part;

	for (size_t at = 0; at == 0 || at < *len; at += part.len)
		if (!accept_either(
			&next, header && at == 0, payload + at, *len - at, &part, r->reason))
			return false;
	if (next.format.kind == FORMAT_PCAPNG)
		*len = sift_secrets(payload, *len, r->out.accept.format.section.big, NULL);
	return true;
}

/* A payload of any number of parts. */
static enum recorder_status take_parts(
    struct recorder *r, struct pending *p, bool header, uint8_t *payload, size_t len, time_t now)
{
	enum recorder_status st;
	bool same;
	size_t n;

	if (r->sift.table) {
		if (!drop_secrets(r, header, payload, &len))
			return RECORDER_PROTOCOL;
		if (len == 0) /* there was nothing else */
			return RECORDER_OK;
	}
	st = check_parts(r, p, header, payload, len, &same, now);

	for (size_t at = 0; st == RECORDER_OK && at < len; at += n) {
		struct accept next = r->out.accept;
		struct accept_part part;

		accept_either(&next, header && at == 0, payload + at, len - at, &part, r->reason);
		n = part.len;
		if (!part.head)
			st = store(r, p, payload + at, &part, &next, now);
		else if (at > 0 || !same)
			st = begin_section(r, p, payload + at, n, &next, now);
	}
	return st;
}

enum recorder_status payload_data(
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

enum recorder_status payload_header(
    struct recorder *r, struct pending *p, uint8_t *payload, size_t len, time_t now)
{
	return take_parts(r, p, true, payload, len, now);
}
