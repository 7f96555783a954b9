/* checksum: that of what a zstd frame holds, as its last four bytes have it.
 *
 * XXH64 with the seed 0, of which the frame has the lower half (RFC 8878, 3.1.1); libzstd makes it
 * only for frames that it ends itself, and archive/press ends its own. It tells a mistake of a
 * disk, not an intent: the SHA-256 of a capture is elsewhere. Source:
 * github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. Pure. */
#ifndef ARCHIVE_CHECKSUM_H
#define ARCHIVE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#define CHECKSUM_SIZE   4u  /* in the frame, little-endian */
#define CHECKSUM_STRIPE 32u /* bytes that go into it at once */

struct checksum {
	uint64_t lane[4], total;
	uint8_t rest[CHECKSUM_STRIPE];
	size_t filled; /* of rest */
};

void checksum_begin(struct checksum *c);
void checksum_add(struct checksum *c, const void *data, size_t len);
uint32_t checksum_end(const struct checksum *c);

#endif
