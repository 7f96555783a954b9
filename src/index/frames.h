/* frames: the zstd frames of an archived capture, and where packets of a time lie in them.
 *
 * An archived file is (zstd_compression_format.md and zstd_seekable_compression_format.md of zstd):
 *
 *   zstd frame, zstd frame, …    the capture, cut between records; its header in the first
 *   skippable frame              type FRAMES_METADATA: the file's metadata, JSON (index/metadata)
 *   skippable frame              the seek table: sizes of the zstd frames of the capture
 *
 * so that zstd(1) and every program on libzstd read the capture alone. Wireshark 4.0 reads a file
 * in blocks of FRAMES_BLOCK bytes, and takes what follows a frame for another one only if the block
 * in which that frame has ended begins with the magic number of a zstd frame: it looks there, and
 * not at what follows (wiretap/file_wrappers.c). So a frame ends in the block that it, or one
 * before it, has begun, or at the end of a block (archive/press; metadata with blanks). A skippable
 * frame that would begin a block has an empty zstd frame in front of it, FRAMES_EMPTY.
 *
 * In the index the same table is kept with times: FRAMES_ENTRY bytes a frame. Refuses to compress
 * and to do I/O. Pure; numbers in files and in the index are little-endian, times nanoseconds since
 * 1970, sizes bytes. */
#ifndef INDEX_FRAMES_H
#define INDEX_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMES_ZSTD             0xfd2fb528u /* magic number of a zstd frame */
#define FRAMES_METADATA         0x184d2a5du /* magic number of the skippable frame */
#define FRAMES_SKIPPABLE_HEADER 8u          /* magic number and size */

/* The most bytes of a capture in one zstd frame, unless a single record is longer. */
#define FRAMES_CAPTURE_MAX (4u << 20)

/* What Wireshark reads at once: ZSTD_DStreamInSize(), where a block of the filesystem, st_blksize,
 * is not larger. */
#define FRAMES_BLOCK 131075u

/* A frame without content: descriptor, size of the content, one raw block, the last. */
#define FRAMES_EMPTY                                                                               \
	{                                                                                          \
		0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0                                           \
	}
#define FRAMES_EMPTY_SIZE 9u

struct frame_entry {
	uint32_t stored;  /* compressed */
	uint32_t capture; /* uncompressed */
	uint64_t packets;
	int64_t first, last; /* the least and the greatest time; last < first: no packet has one */
	bool describes; /* has blocks that packets of later frames need: sections, interfaces… */
};

struct frames {
	struct frame_entry *v; /* allocated */
	size_t n, room;
};

/* A new last entry, zero but for its times; NULL without memory. */
struct frame_entry *frames_add(struct frames *f);
void frames_free(struct frames *f);

/* ---- the seek table ---- */

#define FRAMES_TABLE_ENTRY  8u
#define FRAMES_TABLE_FOOTER 9u

/* What a reader of an archived file reads first: its last bytes. */
struct frames_footer {
	uint64_t table; /* length of the whole skippable frame, which ends the file */
	uint32_t n;     /* entries */
	uint32_t entry; /* bytes of one: 8, or 12 with checksums */
};

/* False when these are not the last bytes of a file with a seek table. */
bool frames_read_footer(struct frames_footer *out, const uint8_t footer[FRAMES_TABLE_FOOTER]);

/* The length of the table of n frames. */
size_t frames_table_size(size_t n);
/* Writes it, at once. */
void frames_write_table(const struct frames *f, uint8_t *out);

/* Takes sizes from a whole table. False when it is damaged, or without memory. */
bool frames_read_table(struct frames *f, const uint8_t *table, size_t len);

/* ---- the column of the index ---- */

#define FRAMES_ENTRY 33u

void frames_write_entries(const struct frames *f, uint8_t *out); /* n * FRAMES_ENTRY bytes */
bool frames_read_entries(struct frames *f, const uint8_t *p, size_t len);

#endif
