/* archived: see archived.h. */
#include "read/archived.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/grow.h"
#include "base/io.h"

struct archived_piece {
	uint64_t given, capture;
};

/* ---- which frames ---- */

static void choose_part(struct archived *a, struct cut_part part)
{
	for (size_t i = 0; i < a->frames.n; i++) {
		if (i < part.first)
			a->wanted[i] = a->wanted[i] && a->frames.v[i].describes;
		else if (part.end > 0 && i >= part.end)
			a->wanted[i] = false;
		if (i < part.first && a->wanted[i])
			a->before += a->frames.v[i].capture;
	}
}

bool archived_init(struct archived *a, int fd, const struct archived_column *column,
    struct cut_part part, bool everything, int64_t from, int64_t to)
{
	*a = (struct archived){.fd = fd, .compressed = column->compressed};
	errno = EBADMSG;
	if (!frames_read_entries(&a->frames, column->p, column->len))
		return false;
	errno = ENOMEM;
	a->wanted = cut_wanted(&a->frames, everything, from, to);
	if (!a->wanted)
		return false;
	choose_part(a, part);
	if (a->compressed)
		a->zstd = ZSTD_createDCtx();
	return !a->compressed || a->zstd;
}

void archived_free(struct archived *a)
{
	frames_free(&a->frames);
	free(a->wanted);
	free(a->in);
	free(a->out);
	free(a->piece);
	if (a->zstd)
		ZSTD_freeDCtx(a->zstd);
	*a = (struct archived){.fd = -1};
}

/* ---- their bytes ---- */

static bool fail(struct archived *a, const char *why)
{
	a->why = why;
	a->offset = a->stored;
	return false;
}

static bool make_room(uint8_t **buf, size_t *room, size_t len)
{
	uint8_t *p;

	if (len <= *room)
		return true;
	p = realloc(*buf, len);
	if (!p)
		return false;
	*buf = p;
	*room = len;
	return true;
}

static bool note_piece(struct archived *a)
{
	struct archived_piece *p;

	p = grow(a->piece, a->pieces, &a->piece_room, sizeof(*p));
	if (!p)
		return false;
	a->piece = p;
	a->piece[a->pieces++] = (struct archived_piece){a->given, a->capture};
	return true;
}

/* Of the frame at a->stored, from `from` on. What is there of it, and a->why where that is not all.
 */
static size_t read_frame(struct archived *a, uint8_t *to, size_t len, size_t from)
{
	ssize_t n = io_read_at(a->fd, to, len, a->stored + from);

	if (n < 0)
		fail(a, strerror(errno));
	else if ((size_t)n < len)
		fail(a, "the file ends before the frame does");
	return n < 0 ? 0 : (size_t)n;
}

static bool decompress(struct archived *a, const struct frame_entry *e)
{
	size_t got;

	if (!make_room(&a->in, &a->in_room, e->stored))
		return fail(a, strerror(ENOMEM));
	if (read_frame(a, a->in, e->stored, 0) < e->stored)
		return false;
	got = ZSTD_decompressDCtx(a->zstd, a->out, e->capture, a->in, e->stored);
	if (ZSTD_isError(got) && ZSTD_getErrorCode(got) == ZSTD_error_checksum_wrong)
		return fail(a, "the file was changed: the checksum of its frame differs");
	if (ZSTD_isError(got))
		return fail(a, "the zstd data is damaged");
	return got == e->capture || fail(a, "the frame is not what the index says");
}

/* The current frame has been given out. */
static void end_frame(struct archived *a)
{
	const struct frame_entry *e = &a->frames.v[a->at++];

	a->given += e->capture;
	a->stored += e->stored;
	a->capture += e->capture;
	a->pos = a->filled = 0;
}

/* The next frame that is wanted is the current one; what is compressed is in out. False at the end,
 * or with a->why. */
static bool next_frame(struct archived *a)
{
	const struct frame_entry *e;

	if (a->filled > 0)
		end_frame(a);
	for (;; a->at++) {
		if (a->at == a->frames.n)
			return false;
		e = &a->frames.v[a->at];
		if (a->wanted[a->at] && e->capture > 0)
			break;
		a->stored += e->stored;
		a->capture += e->capture;
	}
	if (!note_piece(a) || (a->compressed && !make_room(&a->out, &a->out_room, e->capture)))
		return fail(a, strerror(ENOMEM));
	if (a->compressed && !decompress(a, e))
		return false;
	a->filled = e->capture;
	return true;
}

static ssize_t give(void *of, void *buf, size_t len)
{
	struct archived *a = of;
	size_t n;

	if (a->why || (a->pos == a->filled && !next_frame(a)))
		return 0;
	n = a->filled - a->pos < len ? a->filled - a->pos : len;
	if (a->compressed)
		memcpy(buf, a->out + a->pos, n);
	else
		n = read_frame(a, buf, n, a->pos);
	a->pos += n;
	return (ssize_t)n;
}

struct reader_source archived_source(struct archived *a)
{
	return (struct reader_source){a, give};
}

uint64_t archived_offset(const struct archived *a, uint64_t given)
{
	size_t low = 0, high = a->pieces;

	if (high == 0)
		return given;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (a->piece[middle].given <= given)
			low = middle;
		else
			high = middle;
	}
	return a->piece[low].capture + (given - a->piece[low].given);
}
