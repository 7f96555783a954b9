/* leftovers: see leftovers.h. */
#include "archive/leftovers.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"

struct leftover {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

static bool is_before(const struct leftover *a, const struct stat *st)
{
	return a->ino != st->st_ino ? a->ino < st->st_ino : a->dev < st->st_dev;
}

/* Of the first that is not before. */
static size_t place_of(const struct leftovers *l, const struct stat *st)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (is_before(&l->v[middle], st))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_at(const struct leftovers *l, size_t i, const struct stat *st)
{
	return i < l->n && l->v[i].ino == st->st_ino && l->v[i].dev == st->st_dev;
}

bool leftovers_has(const struct leftovers *l, const struct stat *st)
{
	size_t i = place_of(l, st);

	return is_at(l, i, st) && l->v[i].size == st->st_size &&
	       io_same_time(&l->v[i].changed, &st->st_ctim);
}

static bool make_room(struct leftovers *l)
{
	size_t room = l->room ? 2 * l->room : 16;
	struct leftover *v;

	if (l->n < l->room)
		return true;
	v = reallocarray(l->v, room, sizeof(*v));
	if (!v)
		return false;
	l->v = v;
	l->room = room;
	return true;
}

void leftovers_add(struct leftovers *l, const struct stat *st)
{
	size_t i = place_of(l, st);

	if (!is_at(l, i, st)) {
		if (l->n == LEFTOVERS_MAX || !make_room(l))
			return;
		memmove(&l->v[i + 1], &l->v[i], (l->n++ - i) * sizeof(*l->v));
	}
	l->v[i] = (struct leftover){
	    .dev = st->st_dev, .ino = st->st_ino, .size = st->st_size, .changed = st->st_ctim};
}

void leftovers_drop(struct leftovers *l, const struct stat *st)
{
	size_t i = place_of(l, st);

	if (is_at(l, i, st))
		memmove(&l->v[i], &l->v[i + 1], (--l->n - i) * sizeof(*l->v));
}

void leftovers_free(struct leftovers *l)
{
	free(l->v);
	*l = (struct leftovers){0};
}
