/* format: recognises a capture by its first bytes and walks it from record to record.
 *
 * A record is a pcap record or a pcapng block, with its own header. For those who read a file, a
 * growing one, or a pipe: they bring the bytes, from the beginning of a record on, and are told how
 * many more are needed. Refuses to judge records by more than what leads to the next one.
 * Pure: no I/O, no memory of its own; lengths are bytes. */
#ifndef CAPTURE_FORMAT_H
#define CAPTURE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/pcap.h"
#include "capture/pcapng.h"

enum format_kind {
	FORMAT_PCAP,
	FORMAT_PCAPNG
};

struct format {
	enum format_kind kind;
	struct pcap pcap;
	struct pcapng section; /* the current one */
};

enum format_status {
	FORMAT_WHOLE,
	FORMAT_MORE, /* `need` bytes are needed, from the same beginning on; maybe more then */
	FORMAT_BAD   /* `why` tells */
};

enum format_what {
	FORMAT_SECTION,   /* pcapng: Section Header Block, has become the current one */
	FORMAT_INTERFACE, /* pcapng: Interface Description Block, has been added */
	FORMAT_SECRETS,   /* pcapng: Decryption Secrets Block */
	FORMAT_PACKET,
	FORMAT_OTHER /* pcapng: any other block */
};

struct format_record {
	enum format_what what;
	size_t len;      /* of the whole record */
	size_t need;     /* after FORMAT_MORE */
	const char *why; /* after FORMAT_BAD: one line without a full stop */

	/* of a packet */
	bool timed;      /* time_ns is known */
	int64_t time_ns; /* since 1970 */
	uint32_t interface, caplen, original;
	uint16_t link_type; /* 0xffff: not known, the table of interfaces is too small */
	const uint8_t *data;
};

#define FORMAT_LINK_UNKNOWN 0xffffu

/* What a capture begins with. Sets *f, without a table of interfaces, and *header to the bytes
 * before the first record: those of a pcap file header, 0 of pcapng, whose Section Header Block is
 * a record. r: as below, of which only `need` and `why` are used. */
enum format_status format_begin(
    struct format *f, const uint8_t *p, size_t len, size_t *header, struct format_record *r);

/* The record at the beginning of p. Interfaces and sections count from then on. A packet that does
 * not fit its block or has no interface is FORMAT_BAD, too: r->len is its length all the same, by
 * which a reader may pass it over, and 0 where the walk ends. */
enum format_status format_next(
    struct format *f, const uint8_t *p, size_t len, struct format_record *r);

/* The length of the whole records at the beginning of p; *packets counts them (may be NULL). f is
 * left as it is: they are all of one section. Looks at lengths alone, also of packets. */
size_t format_whole(const struct format *f, const uint8_t *p, size_t len, uint64_t *packets);

/* Whether p, which holds no whole record, is the beginning of one (or nothing): the rest of it may
 * simply be missing. max: the longest there is. */
bool format_is_beginning(const struct format *f, const uint8_t *p, size_t len, size_t max);

/* The same for the beginning of a capture file, whose header is not whole. */
bool format_is_header_beginning(const uint8_t *p, size_t len, size_t max);

#endif
