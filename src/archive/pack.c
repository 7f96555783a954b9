/* pack: see pack.h. */
#include "archive/pack.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/press.h"
#include "base/io.h"
#include "base/writeback.h"

/* What cannot be walked may be cut anywhere: behind so many bytes. */
#define SLICE 1024u

struct packer {
	int in, out, level;
	struct pack_result *result;
	struct writeback back; /* of out */
	char *reason;

	uint64_t size;  /* of the capture, as far as that is known */
	uint64_t done;  /* of it, hashed */
	uint8_t *chunk; /* of it, not yet */
	size_t filled, room;
	size_t piece;             /* as much of it is gathered */
	struct frame_entry times; /* of the packets in the frame */
	struct press press;
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
	if (p->out >= 0 && !io_write_all(p->out, data, len))
		return fail(p, "writing the archived file", strerror(errno));
	p->result->stored += len;
	if (p->out >= 0)
		writeback_go_on(&p->back, p->out, p->result->stored);
	if (p->back.error)
		return fail(p, "writing the archived file", strerror(p->back.error));
	return true;
}

static void clear_times(struct packer *p)
{
	p->times = (struct frame_entry){.first = INT64_MAX, .last = INT64_MIN};
}

static size_t in_frame(const struct packer *p)
{
	return p->press.taken + p->filled;
}

/* How much to gather next; 0: the frame ends here. */
static size_t next_piece(struct packer *p)
{
	uint64_t left = p->size > p->done ? p->size - p->done : 0, room;

	if (p->level == PACK_PLAIN)
		return p->filled < FRAMES_CAPTURE_MAX ? FRAMES_CAPTURE_MAX : 0;
	room = in_frame(p) < FRAMES_CAPTURE_MAX ? FRAMES_CAPTURE_MAX - in_frame(p) : 0;
	return press_piece(&p->press, left < room ? left : room);
}

/* The chunk goes into the frame; without compression it is the frame. */
static bool end_chunk(struct packer *p)
{
	gnutls_hash(p->hash, p->chunk, p->filled);
	p->done += p->filled;
	if (p->level != PACK_PLAIN && !press_add(&p->press, p->chunk, p->filled))
		return fail(p, "compressing", p->press.why);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the chunk hangs in p, and end() frees it */
	if (p->level == PACK_PLAIN && !write_out(p, p->chunk, p->filled))
		return false;
	p->filled = 0;
	return true;
}

static bool end_frame(struct packer *p)
{
	uint64_t was = p->result->stored;
	size_t capture = in_frame(p);
	struct frame_entry *e;

	if (capture == 0)
		return true;
	if (p->filled > 0 && !end_chunk(p))
		return false;
	if (p->level != PACK_PLAIN) {
		if (!press_end(&p->press))
			return fail(p, "compressing", p->press.why);
		if (!write_out(p, p->press.frame, p->press.len))
			return false;
		press_next(&p->press);
	}
	e = frames_add(&p->result->frames);
	if (!e)
		return fail(p, "the table of frames", strerror(ENOMEM));
	*e = p->times;
	e->stored = (uint32_t)(p->result->stored - was);
	e->capture = (uint32_t)capture;
	clear_times(p);
	p->piece = next_piece(p);
	return true;
}

/* Room in the frame and in the chunk for bytes that stay together; more than a frame has only for a
 * longer record. */
static bool make_room(struct packer *p, size_t len)
{
	size_t in = in_frame(p);
	uint8_t *chunk;

	if ((in >= FRAMES_CAPTURE_MAX || len > FRAMES_CAPTURE_MAX - in) && !end_frame(p))
		return false;
	if (len <= p->room - p->filled)
		return true;
	chunk = realloc(p->chunk, p->filled + len);
	if (!chunk)
		return fail(p, "a long record", strerror(ENOMEM));
	p->chunk = chunk;
	p->room = p->filled + len;
	return true;
}

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

/* k: the record that these bytes are, or NULL. */
static bool add(struct packer *p, const void *data, size_t len, const struct reader_record *k)
{
	if (!make_room(p, len))
		return false;
	if (k)
		note_times(p, k);
	memcpy(p->chunk + p->filled, data, len);
	p->filled += len;
	if (p->filled < p->piece)
		return true;
	if (p->level != PACK_PLAIN && !end_chunk(p))
		return false;
	p->piece = next_piece(p);
	return p->piece > 0 || end_frame(p);
}

/* ---- in ---- */

/* The header stands alone in the first frame: who wants packets of a time needs it as well. */
static bool add_record(struct packer *p, const struct reader_record *k)
{
	if (p->result->summary.facts.packets == 0 && k->kind == READER_PACKET && !end_frame(p))
		return false;
	return add(p, k->data, k->len, k);
}

/* What cannot be walked, from `at` to the end. */
static bool add_rest(struct packer *p, uint64_t at, uint64_t *size)
{
	uint8_t *buf = malloc(READER_BUFFER);
	ssize_t n = 0;
	bool ok = buf && end_frame(p);

	if (!buf)
		fail(p, "reading the capture", strerror(ENOMEM));
	while (ok && (n = io_read_at(p->in, buf, READER_BUFFER, at)) > 0) {
		for (size_t i = 0, len; ok && i < (size_t)n; i += len) {
			len = (size_t)n - i < SLICE ? (size_t)n - i : SLICE;
			ok = add(p, buf + i, len, NULL);
		}
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
	r.longest = PACK_RECORD_MAX;
	while (ok && (st = reader_next(&r, &k)) == READER_RECORD) {
		ok = add_record(p, &k);
		summary_add(s, &r, &k);
	}
	if (ok && st == READER_ERROR)
		ok = fail(p, "reading the capture", strerror(errno));
	if (ok && (ok = add_rest(p, k.offset, &size)))
		summary_end(s, st, &k, size);
	reader_free(&r);
	return ok && end_frame(p);
}

/* ---- behind the capture ---- */

/* A skippable frame can begin here. */
static bool begin_skippable(struct packer *p)
{
	static const uint8_t empty[FRAMES_EMPTY_SIZE] = FRAMES_EMPTY;

	return !press_needs_empty(&p->press, p->result->stored) ||
	       write_out(p, empty, sizeof(empty));
}

/* Blanks behind the metadata, so that the next frame can begin. */
static size_t blanks(const struct packer *p, size_t len)
{
	return press_gap(&p->press, p->result->stored + FRAMES_SKIPPABLE_HEADER + len);
}

static bool write_metadata(struct packer *p, const struct pack_names *names)
{
	struct pack_result *r = p->result;
	struct metadata m = {.client = names->client,
	    .address = names->address,
	    .name = names->name,
	    .ended = names->ended,
	    .archived = names->archived,
	    .summary = &r->summary,
	    .frames = &r->frames};
	uint8_t head[FRAMES_SKIPPABLE_HEADER];
	char *text = NULL;
	size_t len = 0;
	FILE *to;
	bool ok;

	if (!begin_skippable(p))
		return false;
	to = open_memstream(&text, &len);
	if (!to)
		return fail(p, "the metadata", strerror(errno));
	memcpy(m.sha256, r->sha256, sizeof(m.sha256));
	metadata_print(&m, to);
	ok = fflush(to) == 0 && fprintf(to, "%*s", (int)blanks(p, len), "") >= 0;
	ok = fclose(to) == 0 && ok && len <= UINT32_MAX;
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
	ok = begin_skippable(p) && write_out(p, table, len);
	free(table);
	return ok;
}

static bool begin(struct packer *p)
{
	p->room = FRAMES_CAPTURE_MAX;
	p->chunk = malloc(p->room);
	clear_times(p);
	if (!p->chunk || !press_init(&p->press, p->level) ||
	    gnutls_hash_init(&p->hash, GNUTLS_DIG_SHA256) < 0)
		return fail(p, "beginning", strerror(ENOMEM));
	p->piece = next_piece(p);
	return true;
}

static void end(struct packer *p)
{
	free(p->chunk);
	press_free(&p->press);
	if (p->hash)
		gnutls_hash_deinit(p->hash, NULL);
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
	p.size = names->size > 0 ? names->size : UINT64_MAX;
	ok = begin(&p) && walk(&p);
	if (ok)
		gnutls_hash_output(p.hash, result->sha256);
	if (ok && level != PACK_PLAIN)
		ok = write_metadata(&p, names) && write_table(&p);
	end(&p);
	if (ok && out >= 0 && result->stored >= PACK_SYNCED && fsync(out) < 0)
		ok = fail(&p, "writing the archived file", strerror(errno));
	return ok;
}

void pack_free(struct pack_result *result)
{
	frames_free(&result->frames);
}
