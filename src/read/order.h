/* order: options and blocks of pcapng in the byte order of what is written: little-endian.
 *
 * Copies what a reader of the packets may need, field by field where the section has the other
 * order. Refuses what it does not know and would have to turn round: options of unknown codes in a
 * big-endian section are left out. Pure; lengths are bytes, and output is padded. */
#ifndef READ_ORDER_H
#define READ_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/pcapng.h"

/* Options of a packet, at most len + 4 bytes with their end. Returns how many; 0: there are none.
 */
size_t order_packet_options(const uint8_t *options, size_t len, bool big, uint8_t *out);

/* Options of an interface, as far as they fit into `room`, without their end. Its name becomes its
 * description where it has none, since another name is given to it; what tells how it counts time
 * is left out. */
size_t order_interface_options(const struct pcapng_block *b, uint8_t *out, size_t room);

/* The body of a block of names or secrets, body_len bytes at most. 0: of another kind, or damaged.
 */
size_t order_block(const struct pcapng_block *b, uint8_t *out);

#endif
