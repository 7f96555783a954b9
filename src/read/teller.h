/* teller: pieces of a capture on their way out of the process that extracts them.
 *
 * Gathered in a buffer, so that a small packet costs no system call. Where the one that merges has
 * gone, the process ends. Refuses to know what is wanted. */
#ifndef READ_TELLER_H
#define READ_TELLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/piece.h"

struct teller {
	uint8_t *out;
	size_t filled, room;
};

/* Room for pieces that wait until they are told together, which a process that works ahead needs
 * more of. */
#define TELLER_ROOM       (128u << 10)
#define TELLER_ROOM_AHEAD (1u << 20)

/* False without memory. */
bool teller_init(struct teller *t, size_t room);
void teller_free(struct teller *t);

/* p->len is set to len. */
void teller_tell(struct teller *t, struct piece *p, const void *data, size_t len);
void teller_trouble(struct teller *t, uint64_t offset, uint32_t packets, const char *why);

/* p: of a packet, with its caplen; then the packet, its padding and its options. */
void teller_packet(struct teller *t, struct piece *p, const uint8_t *packet, const uint8_t *options,
    size_t options_len);

void teller_flush(struct teller *t);

#endif
