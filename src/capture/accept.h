/* accept: which payloads of frames the server stores, and which it refuses.
 *
 * Refused is what breaks the walk from record to record, so that a reader would lose its place, or
 * what exceeds a limit. pcap: magic, version, length of the header, records that do not fill their
 * frame exactly. pcapng: both lengths of a block and their alignment, the fit into the frame, the
 * byte-order magic, major version 1, an interface that is described before it is used, a captured
 * length that fits its block. Everything else is stored, also what libpcap or Wireshark do not
 * like: options are not looked into. A packet above max-snaplen is cut (accept_cut, with edit.h),
 * not refused. Refused elsewhere: an unknown type of frame (frame.h); what depends on more than one
 * payload, as data before a header (record/payload); a connection (server/admission).
 *
 * A payload consists of parts: a head, which begins a section (the file header of pcap; the Section
 * Header Block of pcapng with the blocks right behind it that later packets need), and data, which
 * belongs to the section before it. Interfaces beyond the first are only counted.
 * Pure: no I/O, no memory of its own. Reasons are one line without a full stop. */
#ifndef CAPTURE_ACCEPT_H
#define CAPTURE_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/format.h"

#define ACCEPT_REASON_MAX 200

struct accept {
	struct format format; /* the section that was begun last */
	uint32_t max_snaplen;
};

struct accept_part {
	size_t len;
	bool head;
	uint32_t packets;
	uint32_t too_long;    /* packets above max-snaplen */
	uint32_t long_simple; /* simple ones among them */
	uint32_t longest;     /* the longest packet */
	size_t needed;        /* bytes of blocks that later packets need, in data */
};

/* The first part of a link header payload, which must be a head; of a data payload. What comes
 * behind it, if part->len is less than len, is asked for with accept_data. On failure *a is
 * untouched and the reason is written. */
bool accept_header(struct accept *a, const uint8_t *p, size_t len, struct accept_part *part,
    char reason[ACCEPT_REASON_MAX]);
bool accept_data(struct accept *a, const uint8_t *p, size_t len, struct accept_part *part,
    char reason[ACCEPT_REASON_MAX]);

/* One of the two. */
static inline bool accept_either(struct accept *a, bool header, const uint8_t *p, size_t len,
    struct accept_part *part, char reason[ACCEPT_REASON_MAX])
{
	return header ? accept_header(a, p, len, part, reason)
		      : accept_data(a, p, len, part, reason);
}

/* The common cases of accept_data without a call, asked only where there are any: one pcap record
 * that is right, whose length below that of a record header wraps around, above any snaplen; … */
static inline bool accept_has_plain_records(const struct accept *a)
{
	return a->format.kind == FORMAT_PCAP && a->format.pcap.caplen_at != 0;
}

static inline bool accept_plain_record(const struct accept *a, const uint8_t *p, size_t len)
{
	uint32_t caplen = (uint32_t)len - PCAP_RECORD;

	return caplen <= a->max_snaplen &&
	       bytes_load32(p + a->format.pcap.caplen_at, a->format.pcap.big) == caplen;
}

/* … one Enhanced Packet Block that is right. */
static inline bool accept_has_plain_blocks(const struct accept *a)
{
	return a->format.kind == FORMAT_PCAPNG;
}

static inline bool accept_plain_block(const struct accept *a, const uint8_t *p, size_t len)
{
	bool order = a->format.section.big;
	uint32_t caplen;

	if (len < PCAPNG_PACKET_MIN || len % 4 != 0 || bytes_load32(p, order) != PCAPNG_ENHANCED ||
	    bytes_load32(p + 4, order) != len || bytes_load32(p + len - 4, order) != len)
		return false;
	caplen = bytes_load32(p + PCAPNG_AT_CAPLEN, order);
	return bytes_load32(p + 8, order) < a->format.section.interfaces &&
	       caplen <= len - PCAPNG_PACKET_MIN && caplen <= a->max_snaplen;
}

/* Cuts what is too long in an accepted data part, in place, to max-snaplen. `before` is the state
 * before it was accepted; simple: as in edit.h, must be at most max-snaplen where the part has
 * long simple packets. Returns its length now; it stays a data part. */
size_t accept_cut(const struct accept *before, uint8_t *p, size_t len, uint32_t simple);

/* The next block that later packets need in validated pcapng blocks, at or after *at. Returns its
 * length and leaves *at at its beginning, or 0. */
size_t accept_next_needed(const struct accept *a, const uint8_t *p, size_t len, size_t *at);

/* Where the snapshot length of interface 0 stands in validated pcapng blocks of a section whose
 * first interface is described there; 0: it is not. */
size_t accept_first_snaplen(const struct accept *a, const uint8_t *p, size_t len);

#endif
