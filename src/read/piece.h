/* piece: what the process that reads a capture tells the one that merges several, piece by piece.
 *
 *   struct piece | len bytes
 *
 * The process has read a capture and may be hijacked: what it sends is checked here against what is
 * known of the capture, so that all it can spoil are its own packets, as many of them as the
 * capture has room for. Refuses to read packets themselves. Pure. Host byte order: both are one
 * program; the bytes behind are those of a little-endian pcapng. Times are nanoseconds since 1970,
 * lengths bytes. */
#ifndef READ_PIECE_H
#define READ_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIECE_TEXT_MAX       160        /* of PIECE_TROUBLE */
#define PIECE_OPTIONS_MAX    1024u      /* of an interface */
#define PIECE_BLOCK_MAX      (1u << 20) /* a longer block is left out */
#define PIECE_INTERFACES_MAX 65536u     /* of one capture, in all of its sections */
#define PIECE_LONGEST        (130u << 20)

enum piece_kind {
	PIECE_INTERFACE, /* number: from 0 on, one more each; link_type, snaplen; its options */
	PIECE_PACKET,    /* time_ns, number, caplen, original; the packet, padded, and options */
	PIECE_BLOCK,     /* number: type of the block; its body, which packets behind it may need */
	PIECE_ASK,       /* link_type: for the filter, which goes the other way */
	PIECE_TROUBLE,   /* offset; number: packets that are lost, 0: all behind it; a text: why */
	PIECE_ALIVE,     /* offset: so far it has come, which takes long */
	PIECE_PAUSE,     /* there is no more at the moment */
	PIECE_END        /* number: 1: all was read; time_ns */
};

struct piece {
	uint32_t kind;
	uint32_t len; /* of what follows; a multiple of 4 but for text */
	int64_t time_ns;
	uint64_t offset; /* in the capture; of trouble: where */
	uint32_t number;
	uint32_t caplen, original;
	uint32_t snaplen;
	uint32_t link_type;
	/* Of a packet: neither it nor one before it has a time; of the end: no packet had one. Else
	 * time_ns is that of the last one that has. */
	uint32_t undated;
};

/* Bytes of the capture between two signs of life, at least. */
#define PIECE_ALIVE_STEP (UINT64_C(16) << 20)

/* Link types of a capture that are known beforehand, at most. */
#define PIECE_LINK_TYPES 16u

/* What is known of the capture, and what was told of it so far. */
struct piece_state {
	bool everything; /* no limits of time */
	int64_t from, to;
	bool pauses;    /* it is followed */
	bool filtered;  /* filters may be asked for */
	uint64_t bytes; /* of the capture; it may be told to grow */
	uint16_t link_type[PIECE_LINK_TYPES];
	size_t link_types; /* 0: they are not known */

	/* From here on zero at the beginning. */
	uint32_t interfaces, asked, troubles;
	uint64_t told;   /* bytes of packets and blocks */
	uint64_t alive;  /* of the last sign of life */
	uint64_t offset; /* of what was told last */
};

/* Whether a sound process sends that; it is noted. */
enum piece_verdict {
	PIECE_SOUND,
	PIECE_NONSENSE,
	PIECE_BEHIND_END /* it lies behind the end of the capture, unless that has grown */
};
enum piece_verdict piece_check(struct piece_state *s, const struct piece *p);

/* Options of a packet or an interface, in as many parts as they come: they have to lead from one to
 * the next up to their end. Parts are multiples of 4. */
struct piece_options {
	size_t left;  /* of all; set at the beginning, the rest zero */
	size_t value; /* of the option at hand */
	bool ended;
};
/* False: those of this part lead nowhere. */
bool piece_check_options(struct piece_options *o, const uint8_t *part, size_t len);

/* Whether the body of a PIECE_BLOCK is what order_block() makes; room: as long as the body. */
bool piece_check_block(uint32_t type, const uint8_t *body, uint32_t len, uint8_t *room);

#endif
