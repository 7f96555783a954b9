/* capfmt_parts: the two formats behind capfmt, which is the only one that calls them.
 *
 * Each validates its own headers and records, and knows nothing of the other. Pure, as capfmt. */
#ifndef CAPFMT_PARTS_H
#define CAPFMT_PARTS_H

#include "capfmt.h"

/* Writes a reason. */
__attribute__((format(printf, 2, 3))) void capfmt_note(
    char reason[CAPFMT_REASON_MAX], const char *fmt, ...);

/* A macro, so that whoever reads the code, also a program, sees that it is false. */
#define refuse(...) (capfmt_note(__VA_ARGS__), false)

/* ---- classic pcap ---- */

/* p holds at least CAPFMT_PCAP_HEADER bytes; f->big is known. */
bool pcap_header(struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX]);

/* One record, and nothing else. */
bool pcap_record(
    const struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX]);

/* The captured length in a record header of CAPFMT_RECORD_HEADER bytes. */
uint32_t pcap_caplen(const struct capfmt *f, const uint8_t *record);

/* ---- pcapng ---- */

#define PCAPNG_SHB         0x0a0d0d0au /* the same in both byte orders */
#define PCAPNG_ORDER_MAGIC 0x1a2b3c4du
#define PCAPNG_BLOCK_MIN   12u /* bytes: type, length, length */

struct pcapng_block {
	uint32_t type;
	uint32_t total; /* with type and both lengths */
	const uint8_t *body;
	uint32_t body_len;
};

/* The generic structure of a block: both lengths, alignment, and that it fits. */
bool pcapng_block(struct pcapng_block *b, bool big, const uint8_t *p, size_t left,
    char reason[CAPFMT_REASON_MAX]);

/* A Section Header Block and the interfaces behind it; f->big is known. */
bool pcapng_header(struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX]);

/* Blocks of a section; on failure *f is untouched. */
bool pcapng_data(struct capfmt *f, const uint8_t *p, size_t len, struct capfmt_data *out,
    char reason[CAPFMT_REASON_MAX]);

bool pcapng_is_packet(uint32_t type);

/* Whether p may be the beginning of a block of at most max bytes that is not all there. */
bool pcapng_is_beginning(const uint8_t *p, size_t len, size_t max, bool big);

#endif
