/* frames: see frames.h. */
#include "index/frames.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/grow.h"

#define TABLE_MAGIC    0x184d2a5eu /* of the skippable frame */
#define SEEKABLE_MAGIC 0x8f92eab1u /* its last bytes */
#define CHECKSUMS      0x80u
#define RESERVED       0x7cu

static const struct frame_entry without_times = {.first = INT64_MAX, .last = INT64_MIN};

/* n entries at once. False without memory. */
static bool make(struct frames *f, size_t n)
{
	*f = (struct frames){.v = reallocarray(NULL, n + 1, sizeof(*f->v)), .n = n, .room = n + 1};
	if (!f->v) {
		*f = (struct frames){0};
		return false;
	}
	for (size_t i = 0; i < n; i++)
		f->v[i] = without_times;
	return true;
}

struct frame_entry *frames_add(struct frames *f)
{
	struct frame_entry *v = grow(f->v, f->n, &f->room, sizeof(*v));

	if (!v)
		return NULL;
	f->v = v;
	f->v[f->n] = without_times;
	return &f->v[f->n++];
}

void frames_free(struct frames *f)
{
	free(f->v);
	*f = (struct frames){0};
}

/* ---- the seek table ---- */

size_t frames_table_size(size_t n)
{
	return FRAMES_SKIPPABLE_HEADER + n * FRAMES_TABLE_ENTRY + FRAMES_TABLE_FOOTER;
}

void frames_write_table(const struct frames *f, uint8_t *out)
{
	bytes_store32(out, TABLE_MAGIC, false);
	bytes_store32(
	    out + 4, (uint32_t)(frames_table_size(f->n) - FRAMES_SKIPPABLE_HEADER), false);
	out += FRAMES_SKIPPABLE_HEADER;
	for (size_t i = 0; i < f->n; i++, out += FRAMES_TABLE_ENTRY) {
		bytes_store32(out, f->v[i].stored, false);
		bytes_store32(out + 4, f->v[i].capture, false);
	}
	bytes_store32(out, (uint32_t)f->n, false);
	out[4] = 0;
	bytes_store32(out + 5, SEEKABLE_MAGIC, false);
}

bool frames_read_footer(struct frames_footer *out, const uint8_t footer[FRAMES_TABLE_FOOTER])
{
	if (bytes_load32(footer + 5, false) != SEEKABLE_MAGIC || (footer[4] & RESERVED))
		return false;
	out->n = bytes_load32(footer, false);
	out->entry = FRAMES_TABLE_ENTRY + (footer[4] & CHECKSUMS ? 4u : 0u);
	out->table = FRAMES_SKIPPABLE_HEADER + (uint64_t)out->n * out->entry + FRAMES_TABLE_FOOTER;
	return out->table - FRAMES_SKIPPABLE_HEADER <= UINT32_MAX;
}

bool frames_read_table(struct frames *f, const uint8_t *table, size_t len)
{
	struct frames_footer footer;
	const uint8_t *p = table + FRAMES_SKIPPABLE_HEADER;

	if (len < frames_table_size(0) ||
	    !frames_read_footer(&footer, table + len - FRAMES_TABLE_FOOTER) ||
	    footer.table != len || bytes_load32(table, false) != TABLE_MAGIC ||
	    bytes_load32(table + 4, false) != len - FRAMES_SKIPPABLE_HEADER || !make(f, footer.n))
		return false;
	for (size_t i = 0; i < f->n; i++, p += footer.entry) {
		f->v[i].stored = bytes_load32(p, false);
		f->v[i].capture = bytes_load32(p + 4, false);
	}
	return true;
}

/* ---- the column of the index ---- */

void frames_write_entries(const struct frames *f, uint8_t *out)
{
	for (size_t i = 0; i < f->n; i++, out += FRAMES_ENTRY) {
		const struct frame_entry *e = &f->v[i];

		bytes_store32(out, e->stored, false);
		bytes_store32(out + 4, e->capture, false);
		bytes_store64(out + 8, e->packets, false);
		bytes_store64(out + 16, (uint64_t)e->first, false);
		bytes_store64(out + 24, (uint64_t)e->last, false);
		out[32] = e->describes;
	}
}

bool frames_read_entries(struct frames *f, const uint8_t *p, size_t len)
{
	if (len % FRAMES_ENTRY || !make(f, len / FRAMES_ENTRY))
		return false;
	for (size_t i = 0; i < f->n; i++, p += FRAMES_ENTRY) {
		struct frame_entry *e = &f->v[i];

		e->stored = bytes_load32(p, false);
		e->capture = bytes_load32(p + 4, false);
		e->packets = bytes_load64(p + 8, false);
		e->first = (int64_t)bytes_load64(p + 16, false);
		e->last = (int64_t)bytes_load64(p + 24, false);
		e->describes = p[32] & 1;
	}
	return true;
}
