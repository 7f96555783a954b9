/* archived: the bytes of an archived capture that packets of a time need, decompressed.
 *
 * Those of the frames that have such packets, and of those before them that describe what follows,
 * in their order and without a gap, as a source of record/reader: frames are cut between records.
 * Which they are, the index's column tells. Refuses to walk records, and to trust the column: what
 * does not fit the file ends the capture there, with a reason. Memory: a frame, compressed and not;
 * of a file that is not compressed none.
 */
#ifndef READ_ARCHIVED_H
#define READ_ARCHIVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/frames.h"
#include "read/cut.h"
#include "record/reader.h"

struct archived {
	const char *why; /* it could not be read on: one line without a full stop; else NULL */
	uint64_t offset; /* of the frame of which that is said, in the file */
	uint64_t before; /* bytes that are handed out first, of frames before the part */

	/* The rest is its own. */
	int fd;
	bool compressed;
	struct frames frames;
	bool *wanted;             /* of each frame */
	size_t at;                /* the current frame, or the next */
	uint64_t stored, capture; /* where it begins, in the file and in the capture */
	uint8_t *in, *out;
	size_t in_room, out_room;
	size_t pos, filled; /* not yet handed out of the current frame: pos..filled; 0: none is */
	void *zstd;

	/* Where what was handed out stands in the capture: pieces that follow each other. */
	struct archived_piece *piece;
	size_t pieces, piece_room;
	uint64_t given; /* by whole frames before it */
};

/* As the index has it. */
struct archived_column {
	const void *p;
	size_t len;
	bool compressed;
};

/* part: of frames before it those alone that describe. everything: whatever the times. False with
 * errno: the column is none, or memory. */
bool archived_init(struct archived *a, int fd, const struct archived_column *column,
    struct cut_part part, bool everything, int64_t from, int64_t to);
void archived_free(struct archived *a);

struct reader_source archived_source(struct archived *a);

/* The offset in the capture of an offset in what was handed out. */
uint64_t archived_offset(const struct archived *a, uint64_t given);

#endif
