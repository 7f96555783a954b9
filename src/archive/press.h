/* press: puts a capture's bytes into zstd frames that end where a reader of blocks finds the next.
 *
 * Why, index/frames.h says: a frame may end anywhere in the block that it began, if a frame begins
 * that block, else only at the end of a block. So that little is lost by padding, the caller asks
 * press_piece() how much to gather for the next step, and ends the frame where it is told so. What
 * is left to the end of a block is filled with empty blocks of zstd (RFC 8878, 3.1.1.2), and the
 * checksum of what the frame holds ends it. Refuses to do I/O and to know records. Memory: a frame,
 * and what the level of zstd needs. */
#ifndef ARCHIVE_PRESS_H
#define ARCHIVE_PRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zstd.h>

#include "archive/checksum.h"
#include "index/frames.h"

struct press {
	uint8_t *frame; /* so far */
	size_t len;
	size_t taken; /* bytes of the capture in it */

	/* The rest is its own. */
	ZSTD_CCtx *zstd;
	size_t room;
	struct checksum sum;
	uint64_t begin; /* of the frame in the file */
	uint64_t block; /* the last one that begins with a zstd frame begins there */
	double ratio;   /* compressed bytes for a byte of the capture, lately */
	bool flush;     /* where the frame ends matters soon: each piece goes into it at once */
	const char *why;
};

/* False without memory. */
bool press_init(struct press *p, int level);
void press_free(struct press *p);

/* How many bytes to gather for the next press_add(), when `left` more can come into this frame; 0:
 * end it now. */
size_t press_piece(struct press *p, uint64_t left);

/* More bytes of the capture. False with p->why. */
bool press_add(struct press *p, const void *data, size_t len);

/* The frame is whole: p->frame, p->len. False with p->why. */
bool press_end(struct press *p);

/* The next frame follows on the last one. */
void press_next(struct press *p);

/* ---- behind the last frame ---- */

/* Whether a skippable frame at `at` needs an empty frame in front of it; notes where that is. */
bool press_needs_empty(struct press *p, uint64_t at);

/* How many bytes must still follow on `at` until another frame can begin. */
size_t press_gap(const struct press *p, uint64_t at);

#endif
