/* press: see press.h. */
#include "archive/press.h"

#include <stdlib.h>
#include <string.h>
#include <zstd_errors.h>

#include "base/bytes.h"

/* Of a frame: RFC 8878, 3.1.1. */
#define DESCRIPTOR     4u
#define SINGLE_SEGMENT 0x20u
#define HAS_CHECKSUM   0x04u
#define SIZE_FLAG(d)   ((d) >> 6)
#define SIZE_4_BYTES   2u
#define BLOCK_HEADER   3u
#define LAST           1u
#define RLE            2u
#define EMPTY_RLE      4u /* header, and the byte that is repeated: no time */

#define PIECE     (120u << 10) /* with a record more not much above what zstd makes one block of */
#define LEAST     1024u        /* smaller blocks cost more than they fill */
#define FILLED    4096u        /* so little to the end of a block is padded */
#define OVERHEAD  1024u        /* of flushing, at the most */
#define FULL_SIZE 22 /* log2(FRAMES_CAPTURE_MAX): less wraps within a frame, more is not used */

bool press_init(struct press *p, int level)
{
	*p = (struct press){.zstd = ZSTD_createCCtx(), .block = UINT64_MAX, .ratio = 1};
	if (!p->zstd)
		return false;
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_windowLog, FULL_SIZE);
	return true;
}

void press_free(struct press *p)
{
	ZSTD_freeCCtx(p->zstd);
	free(p->frame);
	*p = (struct press){0};
}

/* ---- where frames may end ---- */

static bool is_recognized(const struct press *p, uint64_t at)
{
	return at % FRAMES_BLOCK == 0 || at - at % FRAMES_BLOCK == p->block;
}

static uint64_t to_end_of_block(uint64_t at)
{
	return FRAMES_BLOCK - at % FRAMES_BLOCK;
}

size_t press_gap(const struct press *p, uint64_t at)
{
	return is_recognized(p, at) ? 0 : (size_t)to_end_of_block(at);
}

static void note_frame(struct press *p, uint64_t at)
{
	if (at % FRAMES_BLOCK == 0)
		p->block = at;
}

bool press_needs_empty(struct press *p, uint64_t at)
{
	note_frame(p, at);
	return at % FRAMES_BLOCK == 0;
}

/* The frame ends at the end of this block when it cannot reach that of the next, unless all that is
 * left comes into the block it began. */
size_t press_piece(struct press *p, uint64_t left)
{
	uint64_t at = p->begin + p->len, room = to_end_of_block(at);
	double more = (double)left * p->ratio, piece;

	p->flush = true;
	if (left == 0)
		return 0;
	if (is_recognized(p, at) && more * 1.1 + OVERHEAD < (double)room)
		return PIECE;
	p->flush = more <= 1.1 * (double)(room + FRAMES_BLOCK);
	if (!p->flush)
		return PIECE;
	if (room < FILLED && p->taken > 0)
		return 0;
	piece = 0.7 * (double)room / p->ratio;
	return piece > PIECE ? PIECE : piece < LEAST ? LEAST : (size_t)piece;
}

/* ---- frames ---- */

static bool make_room(struct press *p, size_t len)
{
	size_t need = p->len + ZSTD_compressBound(len) + ZSTD_CStreamOutSize() + OVERHEAD +
		      FRAMES_BLOCK + 6 + CHECKSUM_SIZE;
	uint8_t *frame;

	if (need <= p->room)
		return true;
	frame = realloc(p->frame, need);
	if (!frame) {
		p->why = ZSTD_getErrorString(ZSTD_error_memory_allocation);
		return false;
	}
	p->frame = frame;
	p->room = need;
	return true;
}

/* The size is that of a full frame; press_end() writes the true one. */
static void begin(struct press *p, size_t len)
{
	checksum_begin(&p->sum);
	ZSTD_CCtx_reset(p->zstd, ZSTD_reset_session_only);
	ZSTD_CCtx_setPledgedSrcSize(p->zstd, len > FRAMES_CAPTURE_MAX ? len : FRAMES_CAPTURE_MAX);
	note_frame(p, p->begin);
}

bool press_add(struct press *p, const void *data, size_t len)
{
	ZSTD_inBuffer in = {.src = data, .size = len};
	ZSTD_outBuffer out;
	size_t left;

	if (!make_room(p, len))
		return false;
	if (p->taken == 0)
		begin(p, len);
	checksum_add(&p->sum, data, len);
	out = (ZSTD_outBuffer){.dst = p->frame, .size = p->room, .pos = p->len};
	do
		left = ZSTD_compressStream2(
		    p->zstd, &out, &in, p->flush ? ZSTD_e_flush : ZSTD_e_continue);
	while (!ZSTD_isError(left) && out.pos < out.size &&
	       (in.pos < in.size || (p->flush && left > 0)));
	if (ZSTD_isError(left) || in.pos < in.size || (p->flush && left > 0)) {
		p->why = ZSTD_isError(left) ? ZSTD_getErrorName(left) : "there is no room";
		return false;
	}
	p->taken += len;
	if (p->taken > 4 * PIECE)
		p->ratio = (double)out.pos / (double)p->taken;
	else if (p->flush && len > 0)
		p->ratio = (double)(out.pos - p->len) / (double)len;
	p->len = out.pos;
	return true;
}

/* n bytes of blocks without content, the last one marked; n is 3, 4 or more than 5. */
static void write_blocks(uint8_t *to, size_t n)
{
	uint8_t *last = to;

	memset(to, 0, n);
	for (; n % BLOCK_HEADER; n -= EMPTY_RLE, to += EMPTY_RLE) {
		last = to;
		*to = RLE;
	}
	for (; n > 0; n -= BLOCK_HEADER, to += BLOCK_HEADER)
		last = to;
	*last |= LAST;
}

/* Of the blocks between what is there and the checksum. */
static size_t blocks_size(const struct press *p)
{
	uint64_t at = p->begin + p->len + CHECKSUM_SIZE;
	size_t n;

	if (is_recognized(p, at + BLOCK_HEADER) && to_end_of_block(at) >= FILLED)
		return BLOCK_HEADER;
	n = (size_t)to_end_of_block(at);
	return n < BLOCK_HEADER || n == BLOCK_HEADER + 2 ? n + FRAMES_BLOCK : n;
}

/* What was told to zstd as the size is replaced by what it is, and a checksum announced. */
static bool set_header(struct press *p)
{
	uint8_t d = p->frame[DESCRIPTOR];

	if (SIZE_FLAG(d) != SIZE_4_BYTES) {
		p->why = "the frame has another form";
		return false;
	}
	bytes_store32(
	    p->frame + DESCRIPTOR + (d & SINGLE_SEGMENT ? 1 : 2), (uint32_t)p->taken, false);
	p->frame[DESCRIPTOR] = d | HAS_CHECKSUM;
	return true;
}

bool press_end(struct press *p)
{
	size_t n;

	p->flush = true;
	if (!press_add(p, NULL, 0) || !set_header(p))
		return false;
	n = blocks_size(p);
	write_blocks(p->frame + p->len, n);
	p->len += n;
	bytes_store32(p->frame + p->len, checksum_end(&p->sum), false);
	p->len += CHECKSUM_SIZE;
	return true;
}

void press_next(struct press *p)
{
	p->begin += p->len;
	p->len = p->taken = 0;
}
