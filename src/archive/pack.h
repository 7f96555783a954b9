/* pack: makes the archived file of one capture: walks, hashes, compresses.
 *
 * Reads a descriptor and writes another; the format is that of index/frames.h. A capture that is
 * torn or makes no sense is packed whole: what cannot be walked goes behind the last whole record,
 * in frames without times. Refuses to name, publish and delete files, and to know the index; it
 * needs no right but to read the one and to write the other. */
#ifndef ARCHIVE_PACK_H
#define ARCHIVE_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "index/frames.h"
#include "index/metadata.h"
#include "index/summary.h"

#define PACK_PLAIN      0  /* not compressed: the capture as it is, and nothing behind it */
#define PACK_LEVEL_MAX  19 /* of zstd */
#define PACK_REASON_MAX 128

/* A smaller archived file is not synced: its master syncs many of them at once. */
#define PACK_SYNCED (256u << 10)

/* A capture with a longer record, which no server stores, is not read behind its begin. */
#define PACK_RECORD_MAX (16u << 20)

struct pack_names {
	const char *client, *address, *name; /* as in struct metadata */
	enum format_kind kind;               /* by the name: of what has no content */
	int64_t ended, archived;
	uint64_t size; /* of the capture; 0: it is not known, and its last frame may be padded */
};

struct pack_result {
	struct summary summary;
	struct frames frames; /* frames_free() */
	uint8_t sha256[METADATA_SHA256];
	uint64_t stored; /* bytes of the archived file */
};

/* From the beginning of `in`, a regular file, to the position of `out`; synced at the end, if it
 * has PACK_SYNCED bytes. out -1: nothing is written, and the result is that of a file that is not
 * compressed. False with a reason: reading, writing or memory failed; out is then worthless. */
bool pack(int in, int out, int level, const struct pack_names *names, struct pack_result *result,
    char reason[PACK_REASON_MAX]);

void pack_free(struct pack_result *result);

#endif
