/* capfmt_parts: the two formats behind capfmt, which is the only one that calls them, and what
 * Wireshark minds in one of them.
 *
 * Each validates its own headers and records, and knows nothing of the other. Pure, as capfmt. */
#ifndef CAPFMT_PARTS_H
#define CAPFMT_PARTS_H

#include "capture/capfmt.h"

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

#define BLOCK_IDB      1u
#define BLOCK_PACKET   2u /* obsolete */
#define BLOCK_SIMPLE   3u
#define BLOCK_ENHANCED 6u
#define BLOCK_NAMES    4u
#define BLOCK_STATS    5u
#define BLOCK_JOURNAL  9u
#define BLOCK_SECRETS  10u
#define BLOCK_SYSDIG   0x204u
#define BLOCK_SYSDIG2  0x216u
#define BLOCK_SYSDIG3  0x221u
#define BLOCK_CUSTOM   0x00000badu
#define BLOCK_CUSTOM2  0x40000badu /* not to be copied */

#define OPT_END 0u

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

/* ---- what Wireshark minds in pcapng, and libpcap does not ---- */

/* The options of a block of that type, to its end. */
bool wireshark_options(uint32_t block, const uint8_t *p, size_t len, bool big);

/* A block that carries no packet. */
bool wireshark_block(const struct pcapng_block *b, bool big);

/* Remembers the next interface; false when it begins a run of which there are too many. */
bool wireshark_interface(struct capfmt *f, uint32_t link_type);

/* The link type of an interface, 0 when Wireshark does not look into its packets. */
uint32_t wireshark_link_type(const struct capfmt *f, uint32_t number);

/* A packet of such a link type. *header: how much of it Wireshark takes for a header. */
bool wireshark_packet(uint32_t link_type, const uint8_t *p, uint32_t len, uint32_t *header);

#endif
