/* accept: see accept.h. */
#include "capture/accept.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capture/edit.h"

#define FRAME_LONGEST 65535u

__attribute__((format(printf, 2, 3))) static void note(
    char reason[ACCEPT_REASON_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, ACCEPT_REASON_MAX, fmt, ap);
	va_end(ap);
}

/* A macro, so that whoever reads the code, also a program, sees that it is false. */
#define refuse(...) (note(__VA_ARGS__), false)

static void count_packet(const struct accept *a, uint32_t caplen, struct accept_part *part)
{
	part->packets++;
	part->too_long += caplen > a->max_snaplen;
	if (caplen > part->longest)
		part->longest = caplen;
}

/* ---- pcap ---- */

static bool pcap_head(struct accept *a, const uint8_t *p, size_t len, char *reason)
{
	struct pcap h;
	bool known = pcap_read_header(&h, p);

	if (h.magic == PCAP_MODIFIED)
		return refuse(reason,
		    "magic number %02x%02x%02x%02x is that of modified pcap, which cannot be "
		    "stored",
		    p[0], p[1], p[2], p[3]);
	if (h.magic == PCAP_UNKNOWN)
		return refuse(reason, "magic number %02x%02x%02x%02x is neither pcap nor pcapng",
		    p[0], p[1], p[2], p[3]);
	if (len != PCAP_HEADER)
		return refuse(reason, "a pcap header of %zu bytes, not %u", len, PCAP_HEADER);
	if (!known || h.major != 2)
		return refuse(reason, "pcap version %u.%u", h.major, h.minor);
	a->format = (struct format){.kind = FORMAT_PCAP, .pcap = h};
	return true;
}

static bool pcap_records(
    const struct accept *a, const uint8_t *p, size_t len, struct accept_part *part, char *reason)
{
	for (size_t at = 0; at < len;) {
		size_t left = len - at;
		uint32_t caplen;

		if (left < PCAP_RECORD)
			return refuse(
			    reason, "a pcap record of %zu bytes is shorter than its header", left);
		caplen = pcap_caplen(&a->format.pcap, p + at);
		if (caplen > left - PCAP_RECORD) {
			/* The frame length has 16 bits; osmo-pcap-client sends what is left of a
			 * longer one. */
			if (caplen > FRAME_LONGEST - PCAP_RECORD &&
			    ((caplen + PCAP_RECORD) & 0xffff) == left)
				return refuse(reason,
				    "a record of caplen %u does not fit a frame: lower the "
				    "client's snaplen",
				    caplen);
			return refuse(
			    reason, "record length %zu does not match its caplen %u", left, caplen);
		}
		count_packet(a, caplen, part);
		at += PCAP_RECORD + (size_t)caplen;
	}
	return true;
}

/* ---- pcapng ---- */

static bool read_block(
    struct pcapng_block *b, const uint8_t *p, size_t left, bool big, char *reason)
{
	switch (pcapng_read_block(b, p, left, big)) {
	case PCAPNG_OK:
		return true;
	case PCAPNG_MORE:
		if (left < PCAPNG_BLOCK_MIN)
			return refuse(reason, "%zu bytes are too few for a pcapng block", left);
		return refuse(reason,
		    "pcapng block type 0x%x of %u bytes, but the frame has %zu left", b->type,
		    b->total, left);
	case PCAPNG_LENGTH:
		return refuse(reason, "pcapng block type 0x%x has an impossible length of %u",
		    b->type, b->total);
	case PCAPNG_MAGIC:
		return refuse(
		    reason, "pcapng byte-order magic %02x%02x%02x%02x", p[8], p[9], p[10], p[11]);
	case PCAPNG_TRAILER:
		break;
	}
	return refuse(reason, "pcapng block type 0x%x begins with length %u, ends with %u", b->type,
	    b->total, b->trailer);
}

static bool section(struct pcapng *s, const struct pcapng_block *b, char *reason)
{
	if (!pcapng_read_section(s, b))
		return refuse(reason, "a Section Header Block of %u bytes", b->total);
	if (s->major != 1)
		return refuse(reason, "pcapng version %u.%u", s->major, s->minor);
	return true;
}

static bool interface(struct pcapng *s, const struct pcapng_block *b, char *reason)
{
	struct pcapng_interface i;

	if (!pcapng_read_interface(&i, b))
		return refuse(reason, "an Interface Description Block of %u bytes", b->total);
	pcapng_add_interface(s, &i);
	return true;
}

static bool packet(
    struct accept *a, const struct pcapng_block *b, struct accept_part *part, char *reason)
{
	const struct pcapng *s = &a->format.section;
	struct pcapng_packet k;

	switch (pcapng_read_packet(&k, s, b)) {
	case PCAPNG_PACKET_OK:
		break;
	case PCAPNG_PACKET_SHORT:
		return refuse(reason, "a packet block of %u bytes", b->total);
	case PCAPNG_PACKET_INTERFACE:
		if (s->interfaces == 0)
			return refuse(reason, "a packet before any interface");
		return refuse(reason, "a packet of interface %u, but only %u are described",
		    k.interface, s->interfaces);
	case PCAPNG_PACKET_CAPLEN:
		return refuse(
		    reason, "captured length %u in a packet block of %u bytes", k.caplen, b->total);
	}
	count_packet(a, k.caplen, part);
	part->long_simple += b->type == PCAPNG_SIMPLE && k.caplen > a->max_snaplen;
	return true;
}

static bool block(
    struct accept *a, const struct pcapng_block *b, struct accept_part *part, char *reason)
{
	if (pcapng_is_packet_type(b->type))
		return packet(a, b, part, reason);
	if (pcapng_is_needed_type(b->type))
		part->needed += b->total;
	return b->type != PCAPNG_INTERFACE || interface(&a->format.section, b, reason);
}

/* Blocks from *at on, to the next section; of a head, only those that later packets need. */
static bool blocks(
    struct accept *a, const uint8_t *p, size_t len, struct accept_part *part, char *reason)
{
	struct pcapng_block b;

	for (; part->len < len; part->len += b.total) {
		const uint8_t *at = p + part->len;

		if (!read_block(&b, at, len - part->len, a->format.section.big, reason))
			return false;
		if (b.type == PCAPNG_SECTION || (part->head && !pcapng_is_needed_type(b.type)))
			break;
		if (!block(a, &b, part, reason))
			return false;
	}
	return true;
}

static bool pcapng_head(
    struct accept *a, const uint8_t *p, size_t len, struct accept_part *part, char *reason)
{
	struct pcapng_block b;

	if (!read_block(&b, p, len, false, reason))
		return false;
	a->format = (struct format){.kind = FORMAT_PCAPNG};
	if (!section(&a->format.section, &b, reason))
		return false;
	part->head = true;
	part->len = b.total;
	return blocks(a, p, len, part, reason);
}

static bool is_section(const uint8_t *p, size_t len)
{
	return len >= 4 && bytes_load32(p, true) == PCAPNG_SECTION;
}

/* ---- the door ---- */

bool accept_header(struct accept *a, const uint8_t *p, size_t len, struct accept_part *part,
    char reason[ACCEPT_REASON_MAX])
{
	struct accept next = *a;
	bool ok;

	*part = (struct accept_part){.head = true};
	if (len < PCAP_HEADER)
		return refuse(reason, "a link header of %zu bytes", len);
	if (is_section(p, len)) {
		ok = pcapng_head(&next, p, len, part, reason);
	} else {
		ok = pcap_head(&next, p, len, reason);
		part->len = len;
	}
	if (ok)
		*a = next;
	return ok;
}

bool accept_data(struct accept *a, const uint8_t *p, size_t len, struct accept_part *part,
    char reason[ACCEPT_REASON_MAX])
{
	struct accept next;
	bool ok;

	*part = (struct accept_part){0};
	if (len == 0)
		return refuse(reason, "an empty data frame");
	if (a->format.kind == FORMAT_PCAP) {
		part->len = len;
		return pcap_records(a, p, len, part, reason);
	}
	next = *a;
	ok = is_section(p, len) ? pcapng_head(&next, p, len, part, reason)
				: blocks(&next, p, len, part, reason);
	if (ok)
		*a = next;
	return ok;
}

/* ---- what was accepted ---- */

static size_t cut_pcap(const struct accept *a, const struct edit *e, uint8_t *p, size_t len)
{
	size_t in = 0, out = 0;

	while (in < len) {
		size_t was = PCAP_RECORD + (size_t)pcap_caplen(&a->format.pcap, p + in), now = was;

		edit_pcap(e, &a->format.pcap, p + in, &now);
		memmove(p + out, p + in, now);
		in += was;
		out += now;
	}
	return out;
}

size_t accept_cut(const struct accept *before, uint8_t *p, size_t len, uint32_t simple)
{
	struct edit e = {.snaplen = before->max_snaplen, .record = SIZE_MAX, .simple = simple};
	struct pcapng s = before->format.section; /* interfaces are described on the way */
	size_t in = 0, out = 0;
	struct pcapng_block b;

	if (before->format.kind == FORMAT_PCAP)
		return cut_pcap(before, &e, p, len);
	while (in < len && pcapng_read_block(&b, p + in, len - in, s.big) == PCAPNG_OK) {
		struct pcapng_interface i;
		struct pcapng_packet k;
		size_t was = b.total, now = was;

		if (b.type == PCAPNG_INTERFACE && pcapng_read_interface(&i, &b))
			pcapng_add_interface(&s, &i);
		else if (pcapng_is_packet_type(b.type) &&
			 pcapng_read_packet(&k, &s, &b) == PCAPNG_PACKET_OK)
			edit_packet(&e, &b, &k, p + in, &now);
		memmove(p + out, p + in, now);
		in += was;
		out += now;
	}
	return out;
}

size_t accept_next_needed(const struct accept *a, const uint8_t *p, size_t len, size_t *at)
{
	bool big = a->format.section.big;

	while (len - *at >= PCAPNG_BLOCK_MIN) {
		size_t total = bytes_load32(p + *at + 4, big);

		if (pcapng_is_needed_type(bytes_load32(p + *at, big)))
			return total;
		*at += total;
	}
	return 0;
}

size_t accept_first_snaplen(const struct accept *a, const uint8_t *p, size_t len)
{
	size_t at = 0, n;

	while ((n = accept_next_needed(a, p, len, &at)) > 0) {
		if (bytes_load32(p + at, a->format.section.big) == PCAPNG_INTERFACE)
			return at + PCAPNG_AT_SNAPLEN;
		at += n;
	}
	return 0;
}
