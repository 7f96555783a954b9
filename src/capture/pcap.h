/* pcap: the structure of classic pcap: file header and record header.
 *
 * Source: draft-ietf-opsawg-pcap; for versions before 2.4, what libpcap reads (sf-pcap.c).
 * Reads what stands there and where the packet lies; refuses to judge it, to convert it in place,
 * and to read a version whose record header it does not know. Pure: no I/O, no memory of its own.
 *
 *   file header, 24 bytes:   magic u32 | major u16 | minor u16 | 8 unused | snaplen u32 | link u32
 *   record header, 16 bytes: seconds u32 | fraction u32 | captured length u32 | original length u32
 *                            and 8 bytes more in the modified format
 *
 * Fields are in the byte order that the magic number tells. Lengths are bytes. */
#ifndef CAPTURE_PCAP_H
#define CAPTURE_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define PCAP_MAGIC   0xa1b2c3d4u /* of PCAP_MICRO */
#define PCAP_HEADER  24u
#define PCAP_RECORD  16u
#define PCAP_SNAPLEN 16u /* where the snapshot length stands in the file header */

enum pcap_magic {
	PCAP_UNKNOWN,
	PCAP_MICRO,   /* a1b2c3d4: time stamps in microseconds */
	PCAP_NANO,    /* a1b23c4d: in nanoseconds */
	PCAP_MODIFIED /* a1b2cd34: Linux of 1999, microseconds, record headers of 24 bytes */
};

struct pcap {
	enum pcap_magic magic;
	bool big; /* byte order of every field */
	uint16_t major, minor;
	uint8_t more; /* bytes of a record header behind PCAP_RECORD: 8 in the modified format */
	/* Where the captured length stands in a record header: 8, or 12 in versions below 2.3 and
	 * in 543.0 (DG/UX), which have the two lengths the other way round. 0: version 2.3, written
	 * both ways: the smaller one is the captured length. */
	uint8_t caplen_at;
	uint32_t snaplen; /* 0: not limited */
	uint16_t link_type;
};

struct pcap_record {
	int64_t time_ns; /* since 1970; the fraction may be more than a second */
	uint32_t caplen, original;
};

/* The magic number at p, 4 bytes, and its byte order. */
enum pcap_magic pcap_read_magic(const uint8_t *p, bool *big);

/* A file header, PCAP_HEADER bytes. False when the magic number or the version is one whose records
 * cannot be read; h->magic and the version then tell which. */
bool pcap_read_header(struct pcap *h, const uint8_t *p);

/* A record header, its first PCAP_RECORD bytes, of a file whose header was read. */
struct pcap_record pcap_read_record(const struct pcap *h, const uint8_t *p);

/* The captured length alone. */
static inline uint32_t pcap_caplen(const struct pcap *h, const uint8_t *p)
{
	uint32_t first, second;

	if (h->caplen_at)
		return bytes_load32(p + h->caplen_at, h->big);
	first = bytes_load32(p + 8, h->big);
	second = bytes_load32(p + 12, h->big);
	return first < second ? first : second;
}

/* Writes a smaller captured length into a record header; the original length stays. */
void pcap_set_caplen(const struct pcap *h, uint8_t *p, uint32_t caplen);

#endif
