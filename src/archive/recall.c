/* recall: see recall.h. */
#include "archive/recall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/io.h"

struct file {
	int fd;
	uint64_t size;
	char *why;
};

static bool fail(struct file *f, const char *why)
{
	snprintf(f->why, RECALL_WHY_MAX, "%s", why);
	return false;
}

/* Exactly so many bytes. */
static bool read_at(struct file *f, void *to, uint64_t len, uint64_t at)
{
	ssize_t n;

	if (at > f->size || len > f->size - at)
		return fail(f, "it ends early");
	n = io_read_at(f->fd, to, len, at);
	if (n < 0)
		return fail(f, strerror(errno));
	return (uint64_t)n == len || fail(f, "it ends early");
}

static bool read_part(struct file *f, uint8_t **to, uint64_t len, uint64_t at)
{
	bool fits = at <= f->size && len <= f->size - at;

	*to = fits ? malloc(len + 1) : NULL;
	if (!*to)
		return fail(f, fits ? strerror(ENOMEM) : "it ends early");
	if (read_at(f, *to, len, at))
		return true;
	free(*to);
	*to = NULL;
	return false;
}

static bool read_table(struct file *f, struct frames *frames, uint64_t *begin)
{
	uint8_t last[FRAMES_TABLE_FOOTER], *table;
	struct frames_footer footer;
	bool ok;

	if (f->size < sizeof(last) || !read_at(f, last, sizeof(last), f->size - sizeof(last)))
		return fail(f, "it has no seek table");
	if (!frames_read_footer(&footer, last) || footer.table > f->size)
		return fail(f, "it has no seek table");
	*begin = f->size - footer.table;
	if (!read_part(f, &table, footer.table, *begin))
		return false;
	ok = frames_read_table(frames, table, footer.table);
	free(table);
	return ok || fail(f, "its seek table is damaged");
}

/* Passes over an empty frame, as there is one where a skippable frame would begin a block. */
static bool pass_empty(struct file *f, uint64_t *at)
{
	static const uint8_t empty[FRAMES_EMPTY_SIZE] = FRAMES_EMPTY;
	uint8_t is[FRAMES_EMPTY_SIZE];

	if (*at % FRAMES_BLOCK != 0)
		return true;
	if (!read_at(f, is, sizeof(is), *at))
		return false;
	*at += memcmp(is, empty, sizeof(is)) == 0 ? sizeof(is) : 0;
	return true;
}

/* The metadata, which begin at `at` and lead to the seek table. */
static bool read_metadata(struct file *f, struct metaread *m, uint64_t at, uint64_t table)
{
	uint8_t head[FRAMES_SKIPPABLE_HEADER], *text;
	uint32_t len;
	bool ok;

	if (!pass_empty(f, &at) || !read_at(f, head, sizeof(head), at))
		return false;
	len = bytes_load32(head + 4, false);
	if (bytes_load32(head, false) != FRAMES_METADATA)
		return fail(f, "it has no metadata");
	at += sizeof(head);
	if (!read_part(f, &text, len, at))
		return false;
	ok = metaread(m, (const char *)text, len);
	free(text);
	if (!ok)
		return fail(f, "its metadata are damaged");
	at += len;
	if (pass_empty(f, &at) && at == table)
		return true;
	metaread_free(m);
	return fail(f, "its seek table does not follow the metadata");
}

static bool are_same(const struct frames *a, const struct frames *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].stored != b->v[i].stored || a->v[i].capture != b->v[i].capture)
			return false;
	return true;
}

bool recall(int fd, struct metaread *m, uint64_t *stored, char why[RECALL_WHY_MAX])
{
	struct file f = {.fd = fd, .why = why};
	struct frames table;
	uint64_t at = 0, begin;
	struct stat st;
	bool ok;

	if (fstat(fd, &st) < 0)
		return fail(&f, strerror(errno));
	f.size = *stored = (uint64_t)st.st_size;
	if (!read_table(&f, &table, &begin))
		return false;
	for (size_t i = 0; i < table.n; i++)
		at += table.v[i].stored;
	ok = read_metadata(&f, m, at, begin);
	if (ok && !are_same(&table, &m->frames)) {
		metaread_free(m);
		ok = fail(&f, "its metadata and its seek table differ");
	}
	frames_free(&table);
	return ok;
}
