/* pcapng: the structure of pcapng: blocks, options, sections, interfaces, packets and their times.
 *
 * Source: draft-ietf-opsawg-pcapng. Reads what stands in a block; refuses to judge more than what
 * holds the blocks together (both lengths, alignment, byte-order magic), and to remember more of a
 * section than its caller gives it room for. Pure: no I/O, no memory of its own.
 *
 *   block: type u32 | total length u32 | body | total length u32, again
 *
 * Fields are in the byte order of the section. Lengths are bytes. Pointers that are given back lead
 * into the caller's bytes. */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define PCAPNG_ORDER_MAGIC 0x1a2b3c4du
#define PCAPNG_BLOCK_MIN   12u /* type and both lengths */
#define PCAPNG_SECTION_MIN 28u

/* Block types. PCAPNG_SECTION reads the same in both byte orders. */
#define PCAPNG_SECTION   0x0a0d0d0au
#define PCAPNG_INTERFACE 1u
#define PCAPNG_OBSOLETE  2u /* Packet Block, as written before 2009 */
#define PCAPNG_SIMPLE    3u
#define PCAPNG_NAMES     4u
#define PCAPNG_ENHANCED  6u
#define PCAPNG_SECRETS   10u

/* Where fields stand, counted from the beginning of a block: for those who change them. */
#define PCAPNG_AT_SNAPLEN     12u
#define PCAPNG_AT_CAPLEN      20u /* enhanced and obsolete */
#define PCAPNG_AT_DATA        28u
#define PCAPNG_PACKET_MIN     32u
#define PCAPNG_AT_ORIGINAL    8u /* simple */
#define PCAPNG_AT_SIMPLE_DATA 12u
#define PCAPNG_SIMPLE_MIN     16u

static inline bool pcapng_is_packet_type(uint32_t type)
{
	return type == PCAPNG_ENHANCED || type == PCAPNG_SIMPLE || type == PCAPNG_OBSOLETE;
}

/* Whether packets further on cannot be read without the block, so that a file that goes on with
 * them needs a copy: interfaces, by which packets are numbered, and secrets, which "SHOULD be
 * written before packet blocks that require [them]" and may not be looked for behind them. Not so
 * the others: names are a convenience, of which "no assumptions can be taken about position"; what
 * a custom or an unknown block means nobody here knows, it may be packets itself, and a custom
 * block may even forbid to be copied. */
static inline bool pcapng_is_needed_type(uint32_t type)
{
	return type == PCAPNG_INTERFACE || type == PCAPNG_SECRETS;
}

static inline uint64_t pcapng_padded(uint64_t len)
{
	return (len + 3) & ~(uint64_t)3;
}

/* ---- blocks ---- */

enum pcapng_status {
	PCAPNG_OK,
	PCAPNG_MORE,    /* the beginning of a block, `total` bytes of which are needed */
	PCAPNG_LENGTH,  /* `total` is impossible: below PCAPNG_BLOCK_MIN or not a multiple of 4 */
	PCAPNG_TRAILER, /* the length behind the body is another one: `trailer` */
	PCAPNG_MAGIC    /* a Section Header Block without a byte-order magic */
};

struct pcapng_block {
	bool big; /* its byte order: the section's; that of a Section Header Block is its own */
	uint32_t type, total, trailer;
	const uint8_t *body;
	uint32_t body_len;
};

/* The block at the beginning of p; big: the byte order of the section. After PCAPNG_MORE b->total
 * is its length, or how much is needed to tell that. */
enum pcapng_status pcapng_read_block(
    struct pcapng_block *b, const uint8_t *p, size_t len, bool big);

/* ---- options ---- */

struct pcapng_option {
	uint16_t code, len;
	const uint8_t *value; /* len bytes, not terminated */
};

/* The next option; false at the end of them, which is also where one runs past its block. Begin
 * with bytes_over() on the options, in the byte order of the block. */
bool pcapng_next_option(struct bytes *options, struct pcapng_option *o);

/* ---- sections and interfaces ---- */

/* How an interface counts time: in units of 10^-resolution seconds, or of 2^-(resolution & 0x7f)
 * when the top bit is set; seconds of `offset` are added. */
struct pcapng_clock {
	uint8_t resolution; /* if_tsresol; 6 where it is not given */
	int64_t offset;     /* if_tsoffset */
};

struct pcapng_interface {
	uint16_t link_type;
	uint32_t snaplen; /* 0: not limited */
	struct pcapng_clock clock;
};

/* What blocks of a section say to those behind them. `table` is the caller's, for `room`
 * interfaces, and may be NULL: packets of interfaces beyond it have no known time and link type. */
struct pcapng {
	bool big;
	uint16_t major, minor;
	uint32_t interfaces;           /* described so far */
	struct pcapng_interface first; /* interface 0, which simple packets belong to */
	struct pcapng_interface *table;
	uint32_t room;
};

/* A Section Header Block: a new section, without interfaces. False when the block is too short. */
bool pcapng_read_section(struct pcapng *s, const struct pcapng_block *b);

/* An Interface Description Block. The last of several options of a kind counts; what is too short
 * is passed over. False when the block is too short. */
bool pcapng_read_interface(struct pcapng_interface *i, const struct pcapng_block *b);

/* Its name (if_name): *len bytes, not terminated; NULL when it has none. */
const uint8_t *pcapng_interface_name(const struct pcapng_block *b, size_t *len);

/* Gives it the next number. */
void pcapng_add_interface(struct pcapng *s, const struct pcapng_interface *i);

/* Interface `number`, or NULL when the table does not reach so far. */
const struct pcapng_interface *pcapng_find_interface(const struct pcapng *s, uint32_t number);

/* Nanoseconds since 1970, rounded down; out of range is the nearest that there is. */
int64_t pcapng_time_ns(const struct pcapng_clock *c, uint64_t ticks);

/* ---- packets ---- */

enum pcapng_packet_status {
	PCAPNG_PACKET_OK,
	PCAPNG_PACKET_SHORT,     /* the block is shorter than its fixed fields */
	PCAPNG_PACKET_INTERFACE, /* of an interface that is not described: `interface` */
	PCAPNG_PACKET_CAPLEN     /* the captured length does not fit the block: `caplen` */
};

struct pcapng_packet {
	uint32_t interface;
	bool stamped; /* simple packets are not */
	uint64_t ticks;
	uint32_t caplen, original;
	const uint8_t *data;
	const uint8_t *options; /* behind data and padding */
	size_t options_len;
};

/* A block whose type is that of a packet. The captured length of a simple packet is the original
 * length, or the snapshot length of interface 0 when that is less. */
enum pcapng_packet_status pcapng_read_packet(
    struct pcapng_packet *k, const struct pcapng *s, const struct pcapng_block *b);

#endif
