/* plain: the loop that a busy stream is in: frames that need no more than a look at their form, and
 * with a filter its program.
 *
 * One record or block in a frame, which is right, not too long, and fits. Refuses to judge any
 * other: it stops there. */
#ifndef RECORD_PLAIN_H
#define RECORD_PLAIN_H

#include "filter/sift.h"
#include "record/output.h"

/* What was taken. */
struct plain {
	uint64_t frames, bytes; /* of their payloads */
	uint64_t dropped;       /* frames whose packets the filter does not want */
};

/* plain_take() for each of them. */
size_t plain_records(const struct accept *a, const uint8_t *buf, size_t len, struct pending *p,
    uint64_t left, struct plain *n);
size_t plain_blocks(const struct accept *a, const uint8_t *buf, size_t len, struct pending *p,
    uint64_t left, struct plain *n);
size_t plain_filtered(const struct accept *a, const struct sift *sift, const uint8_t *buf,
    size_t len, struct pending *p, uint64_t left, struct plain *n);

/* Takes the frames at the beginning of buf, as long as they are plain and what is pending grows by
 * no more than `left` bytes. Returns how many bytes they were. */
static inline size_t plain_take(const struct accept *a, const struct sift *sift, const uint8_t *buf,
    size_t len, struct pending *p, uint64_t left, struct plain *n)
{
	if (sift->table)
		return plain_filtered(a, sift, buf, len, p, left, n);
	if (accept_has_plain_records(a))
		return plain_records(a, buf, len, p, left, n);
	if (accept_has_plain_blocks(a))
		return plain_blocks(a, buf, len, p, left, n);
	return 0;
}

#endif
