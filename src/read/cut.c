/* cut: see cut.h. */
#include "read/cut.h"

#include <stdlib.h>

static bool overlaps(const struct frame_entry *e, int64_t from, int64_t to)
{
	return e->first <= e->last && e->first <= to && e->last >= from;
}

bool *cut_wanted(const struct frames *f, bool everything, int64_t from, int64_t to)
{
	bool *wanted = calloc(f->n + 1, sizeof(*wanted));
	size_t end = 0;

	if (!wanted)
		return NULL;
	for (size_t i = 0; i < f->n; i++) {
		wanted[i] = everything || overlaps(&f->v[i], from, to);
		if (wanted[i])
			end = i + 1;
	}
	for (size_t i = 0; i < end; i++)
		wanted[i] |= f->v[i].describes;
	return wanted;
}

static uint64_t bytes_of(const struct frames *f, const bool *wanted, size_t i)
{
	return wanted[i] ? f->v[i].capture : 0;
}

/* What follows of which nothing is wanted belongs to it. */
struct cut_part cut_next(const struct frames *f, const bool *wanted, size_t first)
{
	struct cut_part part = {.first = first, .end = first};
	uint64_t bytes = 0;

	while (part.end < f->n && bytes < CUT_PART)
		bytes += bytes_of(f, wanted, part.end++);
	while (part.end < f->n && bytes_of(f, wanted, part.end) == 0)
		part.end++;
	return part;
}

bool cut_pays(const struct frames *f, const bool *wanted)
{
	uint64_t all = 0, described = 0, again = 0;
	struct cut_part part = {0};
	size_t parts = 0;

	for (; part.end < f->n; parts++) {
		part = cut_next(f, wanted, part.end);
		again += described;
		for (size_t i = part.first; i < part.end; i++) {
			all += bytes_of(f, wanted, i);
			if (f->v[i].describes)
				described += bytes_of(f, wanted, i);
		}
	}
	return parts > 1 && again <= all / 8;
}
