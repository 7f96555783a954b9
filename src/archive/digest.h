/* digest: length and SHA-256 of the capture that an archived file holds.
 *
 * Called by workers: the file may be anything. However much it would decompress to, memory stays
 * the same, and reading ends where the capture becomes longer than it may be. Refuses to compare.
 */
#ifndef ARCHIVE_DIGEST_H
#define ARCHIVE_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "index/metadata.h"

#define DIGEST_WHY_MAX 100

struct digest {
	uint64_t bytes; /* of the capture; more than `most`: it was not read any further */
	uint8_t sha256[METADATA_SHA256];
};

/* The whole of fd, whose position is at its beginning; compressed: with zstd. False with a reason:
 * it cannot be read, or is damaged. */
bool digest(int fd, bool compressed, uint64_t most, struct digest *out, char why[DIGEST_WHY_MAX]);

#endif
