/* capfmt: what a pcap or pcapng payload must be for the capture file to stay readable.
 *
 * Sources: draft-ietf-opsawg-pcap (classic pcap), draft-ietf-opsawg-pcapng, and what libpcap
 * 1.10.3 and Wireshark 4.0 refuse. The rule: refused is exactly what would leave a file that
 * the tool for it does not read (libpcap for pcap and for pcapng with interfaces that are all
 * alike, Wireshark's capinfos for other pcapng), or a packet above the configured snaplen; odd but
 * readable passes.
 * Pure: no I/O, no allocation, constant memory whatever the number of interfaces. Byte order is
 * the sender's; nothing is converted. Reasons are one line without a full stop. */
#ifndef CAPFMT_H
#define CAPFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define CAPFMT_PCAP_HEADER   24 /* bytes of a classic pcap file header */
#define CAPFMT_RECORD_HEADER 16 /* bytes before a classic pcap packet */
#define CAPFMT_REASON_MAX    200
#define CAPFMT_RUNS          16 /* see runs below */

enum capfmt_kind {
	CAPFMT_PCAP,
	CAPFMT_PCAPNG
};

struct capfmt {
	enum capfmt_kind kind;
	bool big;               /* the section is big endian */
	uint32_t max_snaplen;   /* bytes per packet that are accepted */
	uint32_t link_type;     /* of the file, or of interface 0 */
	uint32_t first_snaplen; /* of interface 0; 0: unlimited */
	uint32_t interfaces;    /* pcapng: described so far */
	/* libpcap reads a pcapng file only when all interfaces are alike, Wireshark any; but each
	 * of them refuses blocks that the other lets pass. */
	bool mixed;              /* interfaces differ in link type or snaplen */
	bool not_libpcap;        /* something in it makes libpcap refuse the file */
	bool not_wireshark;      /* something in it makes Wireshark refuse the file */
	bool each_not_wireshark; /* something that every file of the section begins with */
	uint8_t caplen_at;       /* pcap: where the captured length stands; 0: version 2.3, the
				    smaller of the two lengths */
	/* Wireshark looks into the packets of a few link types, which have a header of their own:
	 * SunATM, MTP2, IrDA, LAPD, SITA, ERF, Bluetooth, PPP with direction, I2C, NFC (those of
	 * capfmt_wireshark.c). Interfaces with one of them are remembered in runs: a run is
	 * neighbours that have the same, or that have none. An interface that begins one more than
	 * CAPFMT_RUNS is refused, although its file may be readable. */
	uint8_t run_count;
	uint32_t runs[CAPFMT_RUNS];
};

struct capfmt_data {
	uint32_t packets;
	bool only_interfaces; /* nothing but Interface Description Blocks */
};

/* Validates a link header payload: a pcap file header, or a Section Header Block and Interface
 * Description Blocks. On failure *f is untouched and the reason is written. */
bool capfmt_header(struct capfmt *f, const uint8_t *p, size_t len, uint32_t max_snaplen,
    char reason[CAPFMT_REASON_MAX]);

/* Validates a link data payload: one pcap record, or pcapng blocks. Interfaces described in it
 * count from then on. On failure *f is untouched. */
bool capfmt_data(struct capfmt *f, const uint8_t *p, size_t len, struct capfmt_data *out,
    char reason[CAPFMT_REASON_MAX]);

/* What was validated so far is what every file of the section begins with. */
void capfmt_begins_each(struct capfmt *f);

/* The section goes on in another file, which has nothing of the last one but that beginning and
 * the interfaces. (What libpcap minds stays: once it is accepted the interfaces are mixed.) */
void capfmt_next_file(struct capfmt *f);

/* The common case of capfmt_data without a call: a pcap record that is right. Asked only where
 * capfmt_has_plain(). A length below that of a record header wraps around, above any snaplen. */
static inline bool capfmt_has_plain(const struct capfmt *f)
{
	return f->caplen_at != 0;
}

static inline bool capfmt_plain_record(const struct capfmt *f, const uint8_t *p, size_t len)
{
	uint32_t caplen = (uint32_t)len - CAPFMT_RECORD_HEADER;

	return caplen <= f->max_snaplen && bytes_load32(p + f->caplen_at, f->big) == caplen;
}

/* The length of the whole records (pcap) or blocks (pcapng) at the beginning of p, which begins
 * at a record of a stream that was validated before. *packets counts them (may be NULL). */
size_t capfmt_whole(const struct capfmt *f, const uint8_t *p, size_t len, uint64_t *packets);

/* Whether p, which holds no whole record, is the beginning of one (or nothing): the rest of it may
 * simply be missing. max: the longest there is. */
bool capfmt_is_beginning(const struct capfmt *f, const uint8_t *p, size_t len, size_t max);

/* The same for the beginning of a capture file, whose header is not whole. */
bool capfmt_is_header_beginning(const uint8_t *p, size_t len, size_t max);

/* Whether whole blocks (of pcapng) are interfaces and nothing else. */
bool capfmt_only_interfaces(const struct capfmt *f, const uint8_t *p, size_t len);

/* Finds the next Interface Description Block in validated pcapng data at or after *at. Returns
 * its length and leaves *at at its beginning, or 0. */
size_t capfmt_next_interface(const struct capfmt *f, const uint8_t *p, size_t len, size_t *at);

/* The name of a link type ("EN10MB") or NULL: only the usual ones. */
const char *capfmt_link_name(uint32_t link_type);

#endif
