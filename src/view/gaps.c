/* gaps: see gaps.h. */
#include "view/gaps.h"

static size_t length(const struct gap *g)
{
	return g->end - g->begin;
}

/* Puts it where it belongs; the shortest falls out where there is no room. */
static size_t insert(struct gap *out, size_t n, size_t room, struct gap g)
{
	size_t i = n;

	if (n == room && (n == 0 || length(&out[n - 1]) >= length(&g)))
		return n;
	if (n == room)
		i--;
	for (; i > 0 && length(&out[i - 1]) < length(&g); i--)
		out[i] = out[i - 1];
	out[i] = g;
	return n < room ? n + 1 : n;
}

static size_t add_row(
    const struct coverage *v, const struct coverage_row *r, struct gap *out, size_t n, size_t room)
{
	size_t end;

	for (size_t i = 0; i < v->steps; i = end) {
		end = coverage_run(v, r, i);
		if (!r->step[i].some)
			n = insert(out, n, room, (struct gap){r, i, end});
	}
	return n;
}

/* Many hosts of a network may have gone for good: they would leave no room for others. */
static bool is_silent_host(const struct coverage_row *r)
{
	return *r->address && r->covered == 0;
}

size_t gaps_longest(const struct coverage *v, struct gap *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (!is_silent_host(&v->row[i]))
			n = add_row(v, &v->row[i], out, n, room);
	return n;
}

struct gap gaps_of_row(const struct coverage *v, const struct coverage_row *r)
{
	struct gap g = {.row = r};

	add_row(v, r, &g, 0, 1);
	return g;
}

void gaps_range(const struct coverage *v, const struct gap *g, int64_t *from, int64_t *to)
{
	*from = g->begin > 0 ? g->row->step[g->begin - 1].first : v->begin;
	*to = g->end < v->steps ? g->row->step[g->end].last : v->end - 1;
}
