/* piece: what the process that reads a capture tells the one that merges several, piece by piece.
 *
 *   struct piece | len bytes
 *
 * The process has read a capture and may be hijacked: what it sends is checked here, so that all it
 * can spoil are its own packets. Pure. Host byte order: both are one program; the bytes behind are
 * those of a little-endian pcapng. Times are nanoseconds since 1970, lengths bytes. */
#ifndef READ_PIECE_H
#define READ_PIECE_H

#include <stdbool.h>
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
	PIECE_PAUSE,     /* there is no more at the moment */
	PIECE_END
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
	uint32_t spare;
};

/* False when no sound process sends that. interfaces: how many have been described. */
bool piece_check(const struct piece *p, uint32_t interfaces);

#endif
