/* decompress: see decompress.h. */
#include "record/decompress.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/bytes.h"

#define RECOGNISE      4u
#define WINDOW_LOG     27 /* of DECOMPRESS_WINDOW */
#define BLOCK_HEADER   3u
#define SKIPPABLE      0x184d2a50u
#define SKIPPABLE_MASK 0xfffffff0u

static ssize_t damaged(struct decompress *d, const char *why)
{
	d->why = why;
	errno = EBADMSG;
	return -1;
}

/* ---- input ---- */

/* Adds to what is there; d->eof at its end. False with errno. */
static bool take_input(struct decompress *d)
{
	struct pollfd p = {.fd = d->fd, .events = POLLIN};
	ssize_t n;

	memmove(d->in, d->in + d->at, d->have - d->at);
	d->have -= d->at;
	d->at = 0;
	if (poll(&p, 1, 0) == 0) {
		errno = EAGAIN;
		return false;
	}
	do
		n = read(d->fd, d->in + d->have, DECOMPRESS_INPUT - d->have);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	d->eof = n == 0;
	d->have += (size_t)n;
	return true;
}

static void used(struct decompress *d, size_t n)
{
	d->at += n;
	d->taken += n;
}

/* ---- formats ---- */

enum decompress_kind decompress_recognise(const uint8_t *p, size_t len)
{
	uint32_t magic;

	if (len >= 2 && p[0] == 0x1f && p[1] == 0x8b)
		return DECOMPRESS_GZIP;
	if (len < RECOGNISE)
		return DECOMPRESS_UNKNOWN;
	magic = bytes_load32(p, false);
	return magic == ZSTD_MAGICNUMBER || (magic & SKIPPABLE_MASK) == SKIPPABLE
		   ? DECOMPRESS_ZSTD
		   : DECOMPRESS_PLAIN;
}

static bool begin_gzip(struct decompress *d)
{
	z_stream *z = calloc(1, sizeof(*z));

	/* 16: with the header and trailer of gzip, nothing else */
	if (z && inflateInit2(z, 16 + MAX_WBITS) == Z_OK) {
		d->state = z;
		return true;
	}
	free(z);
	return false;
}

static bool begin_zstd(struct decompress *d)
{
	ZSTD_DStream *z = ZSTD_createDStream();

	if (z && !ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG))) {
		d->state = z;
		d->wants = 1;
		return true;
	}
	ZSTD_freeDStream(z);
	return false;
}

/* Learns what the descriptor has. False with errno. */
static bool begin(struct decompress *d)
{
	while ((d->kind = decompress_recognise(d->in, d->have)) == DECOMPRESS_UNKNOWN) {
		if (d->eof)
			d->kind = DECOMPRESS_PLAIN;
		else if (!take_input(d))
			return false;
		if (d->kind != DECOMPRESS_UNKNOWN)
			return true;
	}
	if (d->kind == DECOMPRESS_PLAIN ||
	    (d->kind == DECOMPRESS_GZIP ? begin_gzip : begin_zstd)(d))
		return true;
	d->kind = DECOMPRESS_UNKNOWN;
	errno = ENOMEM;
	return false;
}

/* Between two members: whether another one begins. Zeros, which fill the blocks of a tape, are
 * passed over. */
static ssize_t next_member(struct decompress *d)
{
	while (d->at < d->have && d->in[d->at] == 0)
		used(d, 1);
	if (d->at == d->have)
		return 0;
	if (d->have - d->at < 2 && !d->eof)
		return 0;
	if (decompress_recognise(d->in + d->at, d->have - d->at) != DECOMPRESS_GZIP)
		return damaged(d, "what follows the gzip data is none");
	if (inflateReset(d->state) != Z_OK)
		return damaged(d, "the gzip data cannot go on");
	d->within = true;
	return 0;
}

/* One step with the input that is there; how many bytes came out, or -1 with errno. */
static ssize_t step_gzip(struct decompress *d, uint8_t *buf, size_t len)
{
	z_stream *z = d->state;
	int r;

	if (!d->within && (next_member(d) < 0 || !d->within))
		return d->why ? -1 : 0;
	len = len < UINT_MAX ? len : UINT_MAX;
	z->next_in = d->in + d->at;
	z->avail_in = (unsigned)(d->have - d->at);
	z->next_out = buf;
	z->avail_out = (unsigned)len;
	r = inflate(z, Z_NO_FLUSH);
	used(d, d->have - d->at - z->avail_in);
	d->within = r != Z_STREAM_END;
	d->more = d->within && z->avail_out == 0;
	if (r == Z_MEM_ERROR) {
		errno = ENOMEM;
		return -1;
	}
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR) {
		/* What came out before goes first; the next call says the same again. */
		if (z->avail_out == len)
			return damaged(d, "the gzip data is damaged");
		d->more = true;
	}
	return (ssize_t)(len - z->avail_out);
}

/* An error takes back what came out in the same call, so each gets no more than one block: what it
 * asked for, without the header of the next block. */
static ssize_t step_zstd(struct decompress *d, uint8_t *buf, size_t len)
{
	size_t piece = d->wants > BLOCK_HEADER ? d->wants - BLOCK_HEADER : d->wants;
	size_t there = d->have - d->at;
	ZSTD_inBuffer in = {.src = d->in + d->at, .size = there < piece ? there : piece};
	ZSTD_outBuffer out = {.dst = buf, .size = len};
	size_t r = ZSTD_decompressStream(d->state, &out, &in);

	if (ZSTD_isError(r)) {
		if (ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge)
			return damaged(d, "the zstd data needs a window of more than 128 MiB");
		return damaged(d, "the zstd data is damaged");
	}
	used(d, in.pos);
	d->within = r != 0;
	d->wants = r != 0 ? r : 1;
	d->more = d->within && out.pos == out.size;
	return (ssize_t)out.pos;
}

/* The bytes that were needed to recognise it, then the descriptor itself. */
static ssize_t pass_on(struct decompress *d, uint8_t *buf, size_t len)
{
	struct pollfd p = {.fd = d->fd, .events = POLLIN};
	size_t left = d->have - d->at;
	ssize_t n;

	if (left > 0 || d->eof) {
		n = (ssize_t)(left < len ? left : len);
		memcpy(buf, d->in + d->at, (size_t)n);
		used(d, (size_t)n);
		return n;
	}
	if (poll(&p, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	n = read(d->fd, buf, len);
	d->taken += n > 0 ? (size_t)n : 0;
	return n;
}

/* ---- reading ---- */

bool decompress_init(struct decompress *d, int fd)
{
	*d = (struct decompress){.fd = fd, .in = malloc(DECOMPRESS_INPUT)};
	return d->in;
}

static ssize_t at_end(struct decompress *d)
{
	if (d->within)
		return damaged(d, d->kind == DECOMPRESS_GZIP ? "the gzip data ends early"
							     : "the zstd data ends early");
	return 0;
}

ssize_t decompress_read(struct decompress *d, void *buf, size_t len)
{
	bool waited = false;

	if (d->why)
		return damaged(d, d->why);
	if (d->kind == DECOMPRESS_UNKNOWN && !begin(d))
		return -1;
	if (d->kind == DECOMPRESS_PLAIN)
		return pass_on(d, buf, len);
	for (;;) {
		size_t was = d->at;
		ssize_t n = 0;

		if (d->more || d->at < d->have)
			n = d->kind == DECOMPRESS_GZIP ? step_gzip(d, buf, len)
						       : step_zstd(d, buf, len);
		if (n != 0)
			return n;
		if (d->at != was)
			continue;
		if (d->eof)
			return at_end(d);
		/* Input without output, as of endless empty frames, must not keep the caller. */
		if (waited) {
			errno = EAGAIN;
			return -1;
		}
		if (!take_input(d))
			return -1;
		waited = true;
	}
}

void decompress_free(struct decompress *d)
{
	if (d->kind == DECOMPRESS_GZIP && d->state)
		inflateEnd(d->state);
	if (d->kind == DECOMPRESS_GZIP)
		free(d->state);
	if (d->kind == DECOMPRESS_ZSTD)
		ZSTD_freeDStream(d->state);
	free(d->in);
	*d = (struct decompress){.fd = -1};
}
