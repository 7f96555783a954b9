/* memo: see memo.h. */
#include "archive/memo.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"

static bool is_before(const struct memo_file *a, const struct stat *st)
{
	return a->ino != st->st_ino ? a->ino < st->st_ino : a->dev < st->st_dev;
}

/* Of the first that is not before. */
static size_t place_of(const struct memo *m, const struct stat *st)
{
	size_t from = 0, to = m->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (is_before(&m->v[middle], st))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_at(const struct memo *m, size_t i, const struct stat *st)
{
	return i < m->n && m->v[i].ino == st->st_ino && m->v[i].dev == st->st_dev;
}

static bool is_unchanged(const struct memo_file *f, const struct stat *st)
{
	return f->size == st->st_size && io_same_time(&f->changed, &st->st_ctim);
}

struct memo_file *memo_find(const struct memo *m, const struct stat *st)
{
	size_t i = place_of(m, st);

	return is_at(m, i, st) && is_unchanged(&m->v[i], st) ? &m->v[i] : NULL;
}

static bool make_room(struct memo *m)
{
	size_t room = m->room ? 2 * m->room : 16;
	struct memo_file *v;

	if (m->n < m->room)
		return true;
	v = reallocarray(m->v, room, sizeof(*v));
	if (!v)
		return false;
	m->v = v;
	m->room = room;
	return true;
}

struct memo_file *memo_add(struct memo *m, const struct stat *st)
{
	size_t i = place_of(m, st);

	if (is_at(m, i, st) && is_unchanged(&m->v[i], st))
		return &m->v[i];
	if (!is_at(m, i, st)) {
		if (m->n == MEMO_MAX || !make_room(m))
			return NULL;
		memmove(&m->v[i + 1], &m->v[i], (m->n++ - i) * sizeof(*m->v));
	}
	m->v[i] = (struct memo_file){
	    .dev = st->st_dev, .ino = st->st_ino, .size = st->st_size, .changed = st->st_ctim};
	return &m->v[i];
}

void memo_drop(struct memo *m, const struct stat *st)
{
	size_t i = place_of(m, st);

	if (is_at(m, i, st))
		memmove(&m->v[i], &m->v[i + 1], (--m->n - i) * sizeof(*m->v));
}

void memo_forget(struct memo *m, int64_t before)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].due >= before)
			m->v[n++] = m->v[i];
	m->n = n;
}

void memo_free(struct memo *m)
{
	free(m->v);
	*m = (struct memo){0};
}
