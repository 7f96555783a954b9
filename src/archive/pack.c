/* pack: see pack.h. */
#include "archive/pack.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/io.h"
#include "base/writeback.h"

struct packer {
	int in, out, level;
	struct pack_result *result;
	struct writeback back; /* of out */
	char *reason;

	uint8_t *chunk; /* of the capture, not packed yet */
	size_t filled, room;
	struct frame_entry times; /* of the packets in the chunk */
	uint8_t *frame;           /* compressed */
	size_t frame_room;
	ZSTD_CCtx *zstd;
	gnutls_hash_hd_t hash;
};

static bool fail(struct packer *p, const char *what, const char *why)
{
	snprintf(p->reason, PACK_REASON_MAX, "%s: %s", what, why);
	return false;
}

/* ---- out ---- */

static bool write_out(struct packer *p, const void *data, size_t len)
{
	if (!io_write_all(p->out, data, len))
		return fail(p, "writing the archived file", strerror(errno));
	p->result->stored += len;
	writeback_go_on(&p->back, p->out, p->result->stored);
	if (p->back.error)
		return fail(p, "writing the archived file", strerror(p->back.error));
	return true;
}

static bool compress(struct packer *p, size_t *stored)
{
	size_t bound = ZSTD_compressBound(p->filled);

	if (bound > p->frame_room) {
		uint8_t *frame = realloc(p->frame, bound);

		if (!frame)
			return fail(p, "compressing", strerror(ENOMEM));
		p->frame = frame;
		p->frame_room = bound;
	}
	*stored = ZSTD_compress2(p->zstd, p->frame, p->frame_room, p->chunk, p->filled);
	if (ZSTD_isError(*stored))
		return fail(p, "compressing", ZSTD_getErrorName(*stored));
	return true;
}

static void clear_times(struct packer *p)
{
	p->times = (struct frame_entry){.first = INT64_MAX, .last = INT64_MIN};
}

/* The chunk becomes a frame. */
static bool end_chunk(struct packer *p)
{
	size_t stored = p->filled;
	struct frame_entry *e;

	if (p->filled == 0)
		return true;
	gnutls_hash(p->hash, p->chunk, p->filled);
	if (p->level != PACK_PLAIN && !compress(p, &stored))
		return false;
	if (!write_out(p, p->level != PACK_PLAIN ? p->frame : p->chunk, stored))
		return false;
	e = frames_add(&p->result->frames);
	if (!e)
		return fail(p, "the table of frames", strerror(ENOMEM));
	*e = p->times;
	e->stored = (uint32_t)stored;
	e->capture = (uint32_t)p->filled;
	p->filled = 0;
	clear_times(p);
	return true;
}

/* Room in the chunk for bytes that stay together; more than a frame has only for a longer record.
 */
static bool make_room(struct packer *p, size_t len)
{
	uint8_t *chunk;

	if (p->filled > 0 && len > FRAMES_CAPTURE_MAX - p->filled && !end_chunk(p))
		return false;
	if (len <= p->room - p->filled)
		return true;
	chunk = realloc(p->chunk, len);
	if (!chunk)
		return fail(p, "a long record", strerror(ENOMEM));
	p->chunk = chunk;
	p->room = len;
	return true;
}

static bool add(struct packer *p, const void *data, size_t len)
{
	if (!make_room(p, len))
		return false;
	memcpy(p->chunk + p->filled, data, len);
	p->filled += len;
	return true;
}

/* ---- in ---- */

static void note_times(struct packer *p, const struct reader_record *k)
{
	p->times.describes |= k->kind != READER_PACKET;
	if (k->kind != READER_PACKET)
		return;
	p->times.packets++;
	if (!k->timed || k->damaged)
		return;
	if (k->time_ns < p->times.first)
		p->times.first = k->time_ns;
	if (k->time_ns > p->times.last)
		p->times.last = k->time_ns;
}

/* The header stands alone in the first frame: who wants packets of a time needs it as well. */
static bool add_record(struct packer *p, const struct reader_record *k)
{
	if (p->result->summary.facts.packets == 0 && k->kind == READER_PACKET && !end_chunk(p))
		return false;
	if (!add(p, k->data, k->len))
		return false;
	note_times(p, k);
	return true;
}

/* What cannot be walked, from `at` to the end. */
static bool add_rest(struct packer *p, uint64_t at, uint64_t *size)
{
	uint8_t *buf = malloc(READER_BUFFER);
	ssize_t n = 0;
	bool ok = buf && end_chunk(p);

	if (!buf)
		fail(p, "reading the capture", strerror(ENOMEM));
	while (ok && (n = io_read_at(p->in, buf, READER_BUFFER, at)) > 0) {
		ok = add(p, buf, (size_t)n);
		at += (uint64_t)n;
	}
	if (n < 0)
		ok = fail(p, "reading the capture", strerror(errno));
	free(buf);
	*size = at;
	return ok;
}

static bool walk(struct packer *p)
{
	struct summary *s = &p->result->summary;
	struct reader_record k;
	enum reader_status st;
	struct reader r;
	uint64_t size;
	bool ok = true;

	if (!reader_init(&r, p->in, READER_FILE, 0))
		return fail(p, "reading the capture", strerror(errno));
	while (ok && (st = reader_next(&r, &k)) == READER_RECORD) {
		ok = add_record(p, &k);
		summary_add(s, &r, &k);
	}
	if (ok && st == READER_ERROR)
		ok = fail(p, "reading the capture", strerror(errno));
	if (ok && (ok = add_rest(p, k.offset, &size)))
		summary_end(s, st, &k, size);
	reader_free(&r);
	return ok && end_chunk(p);
}

/* ---- behind the capture ---- */

static bool write_metadata(struct packer *p, const struct pack_names *names)
{
	struct pack_result *r = p->result;
	struct metadata m = {.client = names->client,
	    .address = names->address,
	    .name = names->name,
	    .ended = names->ended,
	    .summary = &r->summary,
	    .frames = &r->frames};
	uint8_t head[FRAMES_SKIPPABLE_HEADER];
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	bool ok;

	if (!to)
		return fail(p, "the metadata", strerror(errno));
	memcpy(m.sha256, r->sha256, sizeof(m.sha256));
	metadata_print(&m, to);
	ok = fclose(to) == 0 && len <= UINT32_MAX;
	if (!ok)
		fail(p, "the metadata", strerror(ENOMEM));
	bytes_store32(head, FRAMES_METADATA, false);
	bytes_store32(head + 4, (uint32_t)len, false);
	ok = ok && write_out(p, head, sizeof(head)) && write_out(p, text, len);
	free(text);
	return ok;
}

static bool write_table(struct packer *p)
{
	size_t len = frames_table_size(p->result->frames.n);
	uint8_t *table = malloc(len);
	bool ok = table;

	if (!ok)
		return fail(p, "the seek table", strerror(ENOMEM));
	frames_write_table(&p->result->frames, table);
	ok = write_out(p, table, len);
	free(table);
	return ok;
}

static bool begin(struct packer *p)
{
	p->room = FRAMES_CAPTURE_MAX;
	p->chunk = malloc(p->room);
	p->zstd = ZSTD_createCCtx();
	clear_times(p);
	if (!p->chunk || !p->zstd || gnutls_hash_init(&p->hash, GNUTLS_DIG_SHA256) < 0)
		return fail(p, "beginning", strerror(ENOMEM));
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, p->level);
	return true;
}

static void end(struct packer *p)
{
	free(p->chunk);
	free(p->frame);
	ZSTD_freeCCtx(p->zstd);
	if (p->hash)
		gnutls_hash_deinit(p->hash, p->result->sha256);
	p->hash = NULL;
}

bool pack(int in, int out, int level, const struct pack_names *names, struct pack_result *result,
    char reason[PACK_REASON_MAX])
{
	struct packer p = {
	    .in = in, .out = out, .level = level, .result = result, .reason = reason};
	bool ok;

	*result = (struct pack_result){0};
	summary_init(&result->summary);
	result->summary.facts.kind = names->kind;
	ok = begin(&p) && walk(&p);
	end(&p);
	if (ok && level != PACK_PLAIN)
		ok = write_metadata(&p, names) && write_table(&p);
	if (ok && result->stored >= PACK_SYNCED && fsync(out) < 0)
		ok = fail(&p, "writing the archived file", strerror(errno));
	return ok;
}

void pack_free(struct pack_result *result)
{
	frames_free(&result->frames);
}
