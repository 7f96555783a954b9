/* coverage: see coverage.h. */
#include "view/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define SECOND INT64_C(1000000000)

/* From a to b, which is not before it. */
static uint64_t distance(int64_t a, int64_t b)
{
	return (uint64_t)b - (uint64_t)a;
}

static int64_t later(int64_t a, uint64_t by)
{
	return (int64_t)((uint64_t)a + by);
}

uint64_t coverage_span(const struct coverage *v)
{
	return distance(v->begin, v->end);
}

int64_t coverage_time(const struct coverage *v, size_t i)
{
	uint64_t span = coverage_span(v), steps = v->steps > 0 ? v->steps : 1;

	return later(v->begin, span / steps * i + span % steps * i / steps);
}

size_t coverage_run(const struct coverage *v, const struct coverage_row *r, size_t i)
{
	bool some = r->step[i].some;

	while (i < v->steps && r->step[i].some == some)
		i++;
	return i;
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

/* Without steps. NULL: no memory. */
static struct coverage_row *new_row(struct coverage *v, const char *client, const char *address)
{
	struct coverage_row *r = grow(v->row, v->n, &v->room, sizeof(*r));

	if (!r)
		return NULL;
	v->row = r;
	r = &v->row[v->n++]; /* coverage_free() frees what is there of it */
	*r = (struct coverage_row){.client = strdup(client), .address = strdup(address)};
	return r->client && r->address ? r : NULL;
}

static bool is_of(const struct coverage_row *r, const char *client, const char *address)
{
	return strcmp(r->client, client) == 0 && strcmp(r->address, address) == 0;
}

static struct coverage_row *row_of(struct coverage *v, const char *client, const char *address)
{
	struct coverage_row *r;

	for (size_t i = v->n; i-- > 0;)
		if (is_of(&v->row[i], client, address))
			return &v->row[i];
	r = new_row(v, client, address);
	if (r)
		r->step = calloc(v->steps, sizeof(*r->step));
	return r && r->step ? r : NULL;
}

static void free_row(struct coverage_row *r)
{
	free(r->client);
	free(r->address);
	if (!r->silent)
		free(r->step);
}

bool coverage_has(const struct coverage *v, const char *client)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->row[i].client, client) == 0)
			return true;
	return false;
}

/* ---- adding up ---- */

/* The step that a time lies in. */
static size_t step_at(const struct coverage *v, int64_t time)
{
	double of_all =
	    time <= v->begin ? 0 : (double)distance(v->begin, time) / (double)coverage_span(v);
	size_t i = (size_t)(of_all * (double)v->steps);

	return i < v->steps ? i : v->steps - 1;
}

/* Of n that lie evenly from a to b (not included), those before a time. */
static uint64_t before(int64_t time, int64_t a, int64_t b, uint64_t n)
{
	double part;

	if (time <= a)
		return 0;
	if (time >= b)
		return n;
	part = (double)n * ((double)distance(a, time) / (double)distance(a, b));
	return part < (double)n ? (uint64_t)part : n;
}

/* Packets are somewhere from a to b (not included), of which the step has a part. */
static void note(struct coverage_step *s, int64_t a, int64_t b)
{
	if (!s->some || a < s->first)
		s->first = a;
	if (!s->some || b - 1 > s->last)
		s->last = b - 1;
	s->some = true;
}

static void spread(
    struct coverage *v, struct coverage_row *r, int64_t a, int64_t b, const struct profile_step *s)
{
	size_t i = step_at(v, a);

	for (i = i > 0 ? i - 1 : 0; i < v->steps; i++) {
		int64_t from = coverage_time(v, i), to = coverage_time(v, i + 1);

		if (from >= b)
			break;
		if (to <= a)
			continue;
		note(&r->step[i], a, b);
		r->step[i].packets += before(to, a, b, s->packets) - before(from, a, b, s->packets);
		r->step[i].bytes += before(to, a, b, s->bytes) - before(from, a, b, s->bytes);
	}
}

/* Whether numbers of the profile can be times: the index may hold anything. */
static bool is_sound(const struct profile *p)
{
	const int64_t most = INT64_C(1) << 34; /* seconds: of every time in nanoseconds */

	return p->seconds > 0 && p->seconds <= (uint64_t)most && p->n <= PROFILE_STEPS &&
	       p->first >= -most / (int64_t)p->seconds - 1 &&
	       p->first <= most / (int64_t)p->seconds;
}

/* Seconds as nanoseconds, as far as these reach. */
static int64_t nanoseconds(int64_t seconds)
{
	if (seconds > INT64_MAX / SECOND)
		return INT64_MAX;
	return seconds < INT64_MIN / SECOND ? INT64_MIN : seconds * SECOND;
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
		int64_t begin = profile_begin(p, i);
		int64_t a = at_most(at_least(nanoseconds(begin), first), INT64_MAX - 1);
		int64_t b =
		    at_most(nanoseconds(begin + (int64_t)p->seconds), last + (last < INT64_MAX));

		if (p->step[i].packets > 0 && a < b && b > v->begin && a < v->end)
			spread(v, r, a, b, &p->step[i]);
	}
}

/* ---- all of it ---- */

void coverage_begin(struct coverage *v, int64_t begin, int64_t end, size_t steps)
{
	*v = (struct coverage){.begin = begin, .end = end, .steps = begin < end ? steps : 1};
	v->end += v->end < INT64_MAX;    /* the last packet is within */
	if (coverage_span(v) < v->steps) /* each step has a nanosecond */
		v->begin = at_most(v->begin, INT64_MAX - (int64_t)v->steps);
	if (coverage_span(v) < v->steps)
		v->end = v->begin + (int64_t)v->steps;
}

bool coverage_add(struct coverage *v, const char *client, const char *address,
    const struct profile *p, int64_t first, int64_t last)
{
	struct coverage_row *r = row_of(v, client, address);

	if (r && p)
		add_profile(v, r, p, first, last);
	return r;
}

bool coverage_add_uncounted(
    struct coverage *v, const char *client, const char *address, int64_t first, int64_t last)
{
	struct coverage_row *r = row_of(v, client, address);
	int64_t a = at_least(first, v->begin), b = at_most(last, v->end - 1);

	if (!r)
		return false;
	if (a > b)
		return true;
	for (size_t i = step_at(v, a); i < v->steps && coverage_time(v, i) <= b; i++) {
		note(&r->step[i], a, b + 1);
		r->step[i].uncounted = true;
	}
	return true;
}

bool coverage_add_silent(struct coverage *v, const char *client, const char *address)
{
	struct coverage_row *r;

	if (!v->silence)
		v->silence = calloc(v->steps, sizeof(*v->silence));
	r = v->silence ? new_row(v, client, address) : NULL;
	if (!r)
		return false;
	r->step = v->silence;
	r->silent = true;
	return true;
}

static int by_name(const void *x, const void *y)
{
	const struct coverage_row *a = x, *b = y;
	int c = strcmp(a->client, b->client);

	if (c == 0)
		c = strcmp(a->address, b->address);
	return c ? c : a->silent - b->silent;
}

/* Of two with one name the one that has a capture, which is the first, is it. */
static void unite(struct coverage *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct coverage_row r = v->row[i];

		if (r.silent && n > 0 && is_of(&v->row[n - 1], r.client, r.address))
			continue;
		v->row[i] = v->row[n];
		v->row[n++] = r;
	}
	while (v->n > n)
		free_row(&v->row[--v->n]);
}

void coverage_end(struct coverage *v)
{
	if (v->n > 0)
		qsort(v->row, v->n, sizeof(*v->row), by_name);
	unite(v);
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->steps; k++) {
			const struct coverage_step *s = &v->row[i].step[k];

			v->row[i].packets += s->packets;
			v->row[i].bytes += s->bytes;
			v->row[i].covered += s->some;
			v->row[i].uncounted |= s->uncounted;
			if (s->packets > v->busiest)
				v->busiest = s->packets;
		}
}

void coverage_free(struct coverage *v)
{
	for (size_t i = 0; i < v->n; i++)
		free_row(&v->row[i]);
	free(v->row);
	free(v->silence);
	*v = (struct coverage){0};
}
