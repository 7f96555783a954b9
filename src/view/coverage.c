/* coverage: see coverage.h. */
#include "view/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define SECOND INT64_C(1000000000)

int64_t coverage_time(const struct coverage *v, size_t i)
{
	return v->begin + (int64_t)((double)(v->end - v->begin) * (double)i / (double)v->steps);
}

/* Logarithm to the base 2, in straight lines between powers of 2. */
static double logarithm(uint64_t n)
{
	unsigned whole = 63 - (unsigned)__builtin_clzll(n | 1);

	return whole + ((double)n / (double)(UINT64_C(1) << whole) - 1);
}

double coverage_intensity(const struct coverage *v, uint64_t packets)
{
	return packets == 0 ? 0 : logarithm(1 + packets) / logarithm(1 + v->busiest);
}

/* ---- rows ---- */

static struct coverage_row *row_of(struct coverage *v, const char *client, const char *address)
{
	struct coverage_row *r;

	for (size_t i = v->n; i-- > 0;)
		if (strcmp(v->row[i].client, client) == 0 &&
		    strcmp(v->row[i].address, address) == 0)
			return &v->row[i];
	r = grow(v->row, v->n, &v->room, sizeof(*r));
	if (!r)
		return NULL;
	v->row = r;
	r = &v->row[v->n];
	*r = (struct coverage_row){.client = strdup(client),
	    .address = strdup(address),
	    .step = calloc(v->steps, sizeof(*r->step))};
	v->n++; /* coverage_free() frees what is there of it */
	return r->client && r->address && r->step ? r : NULL;
}

/* ---- adding up ---- */

/* The step that a time lies in. */
static size_t step_at(const struct coverage *v, int64_t time)
{
	double of_all = (double)(time - v->begin) / (double)(v->end - v->begin);
	size_t i = of_all <= 0 ? 0 : (size_t)(of_all * (double)v->steps);

	return i < v->steps ? i : v->steps - 1;
}

/* Of n that lie evenly from a to b (not included), those before a time. */
static uint64_t before(int64_t time, int64_t a, int64_t b, uint64_t n)
{
	if (time <= a)
		return 0;
	if (time >= b)
		return n;
	return (uint64_t)((double)n * ((double)(time - a) / (double)(b - a)));
}

static void spread(
    struct coverage *v, struct coverage_row *r, int64_t a, int64_t b, const struct profile_step *s)
{
	size_t i = step_at(v, a);

	for (i = i > 0 ? i - 1 : 0; i < v->steps; i++) {
		int64_t from = coverage_time(v, i), to = coverage_time(v, i + 1);

		if (from >= b)
			break;
		r->step[i].packets += before(to, a, b, s->packets) - before(from, a, b, s->packets);
		r->step[i].bytes += before(to, a, b, s->bytes) - before(from, a, b, s->bytes);
	}
}

/* Whether numbers of the profile can be times: the index may hold anything. */
static bool is_sound(const struct profile *p)
{
	int64_t most;

	if (p->seconds == 0 || p->seconds > (UINT64_C(1) << 33) || p->n > PROFILE_STEPS)
		return false;
	most = INT64_MAX / SECOND / (int64_t)p->seconds - PROFILE_STEPS - 1;
	return p->first > -most && p->first < most;
}

static int64_t at_least(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t at_most(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Of a capture whose packets are from first to last. */
static void add_profile(struct coverage *v, struct coverage_row *r, const struct profile *p,
    int64_t first, int64_t last)
{
	if (!is_sound(p))
		return;
	for (size_t i = 0; i < p->n; i++) {
		int64_t begin = profile_begin(p, i) * SECOND;
		int64_t a = at_least(begin, first);
		int64_t b = at_most(begin + (int64_t)p->seconds * SECOND, last + 1);

		if (p->step[i].packets > 0 && a < b && b > v->begin && a < v->end)
			spread(v, r, a, b, &p->step[i]);
	}
}

/* ---- all of it ---- */

void coverage_begin(struct coverage *v, int64_t begin, int64_t end, size_t steps)
{
	*v = (struct coverage){.begin = begin, .end = end, .steps = steps};
	v->end += v->end < INT64_MAX;              /* the last packet is within */
	if (v->end - v->begin < (int64_t)v->steps) /* each step has a nanosecond */
		v->end = v->begin + (int64_t)v->steps;
}

bool coverage_add(struct coverage *v, const char *client, const char *address,
    const struct profile *p, int64_t first, int64_t last)
{
	struct coverage_row *r = row_of(v, client, address);

	if (r && p && last < INT64_MAX)
		add_profile(v, r, p, first, last);
	return r;
}

static int by_name(const void *x, const void *y)
{
	const struct coverage_row *a = x, *b = y;
	int c = strcmp(a->client, b->client);

	return c ? c : strcmp(a->address, b->address);
}

void coverage_end(struct coverage *v)
{
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->steps; k++) {
			const struct coverage_step *s = &v->row[i].step[k];

			v->row[i].packets += s->packets;
			v->row[i].bytes += s->bytes;
			v->row[i].covered += s->packets > 0;
			if (s->packets > v->busiest)
				v->busiest = s->packets;
		}
	if (v->n > 0)
		qsort(v->row, v->n, sizeof(*v->row), by_name);
}

void coverage_free(struct coverage *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->row[i].client);
		free(v->row[i].address);
		free(v->row[i].step);
	}
	free(v->row);
	*v = (struct coverage){0};
}
