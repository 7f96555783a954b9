/* coverage: see coverage.h. */
#include "read/coverage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static bool no_memory(struct catalog *c)
{
	tell_error(c->tell, "%s", strerror(ENOMEM));
	return false;
}

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

static struct coverage_row *row_of(struct coverage *v, const char *client, const char *address)
{
	struct coverage_row *r;

	for (size_t i = v->n; i-- > 0;)
		if (strcmp(v->row[i].client, client) == 0 &&
		    strcmp(v->row[i].address, address) == 0)
			return &v->row[i];
	if (v->n == v->room) {
		size_t room = v->room ? 2 * v->room : 8;

		r = reallocarray(v->row, room, sizeof(*r));
		if (!r)
			return NULL;
		v->row = r;
		v->room = room;
	}
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

static bool add_archived(struct coverage *v, struct catalog *c, int64_t id)
{
	static struct profile p;
	struct coverage_row *r;
	struct store_row row;

	if (!store_get(c->store, id, true, &row)) {
		if (!*store_reason(c->store))
			return true; /* it has been deleted meanwhile */
		tell_error(c->tell, "%s", store_reason(c->store));
		return false;
	}
	r = row_of(v, row.client, row.address);
	if (!r)
		return no_memory(c);
	if (row.timed && profile_read(&p, row.profile, row.profile_len))
		add_profile(v, r, &p, row.first, row.last);
	return true;
}

static bool add_loose(struct coverage *v, struct catalog *c, const struct loose *l)
{
	struct coverage_row *r = row_of(v, l->client, l->address);
	const struct facts *f = &l->scanned.facts;

	if (!r)
		return no_memory(c);
	if (l->scanned.profile && f->timed > 0)
		add_profile(v, r, l->scanned.profile, f->first, f->last);
	return true;
}

/* ---- all of it ---- */

static void choose_range(
    struct coverage *v, const struct catalog *c, const struct catalog_range *range, int64_t now)
{
	v->begin = range->all || range->from == INT64_MIN ? c->first : range->from;
	v->end = range->all ? c->last : range->to == INT64_MAX ? at_least(now, c->last) : range->to;
	if (v->begin > v->end) /* nothing at all */
		v->begin = v->end = now;
	v->end += v->end < INT64_MAX;    /* the last packet is within */
	if (coverage_span(v) < v->steps) /* each step has a nanosecond */
		v->begin = at_most(v->begin, INT64_MAX - (int64_t)v->steps);
	if (coverage_span(v) < v->steps)
		v->end = v->begin + (int64_t)v->steps;
}

static int by_name(const void *x, const void *y)
{
	const struct coverage_row *a = x, *b = y;
	int c = strcmp(a->client, b->client);

	return c ? c : strcmp(a->address, b->address);
}

static void sum_up(struct coverage *v)
{
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->steps; k++) {
			const struct coverage_step *s = &v->row[i].step[k];

			v->row[i].packets += s->packets;
			v->row[i].bytes += s->bytes;
			v->row[i].covered += s->some;
			if (s->packets > v->busiest)
				v->busiest = s->packets;
		}
	if (v->n > 0)
		qsort(v->row, v->n, sizeof(*v->row), by_name);
}

bool coverage_make(struct coverage *v, struct catalog *c, const struct catalog_range *range,
    int64_t now, size_t steps)
{
	bool ok = true;

	*v = (struct coverage){.steps = steps};
	choose_range(v, c, range, now);
	for (size_t i = 0; i < c->n && ok; i++)
		ok = c->item[i].id ? add_archived(v, c, c->item[i].id)
				   : add_loose(v, c, &c->loose[c->item[i].loose]);
	sum_up(v);
	return ok;
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
