/* survey: see survey.h. */
#include "read/survey.h"

#include <errno.h>
#include <string.h>

static bool no_memory(struct catalog *c)
{
	tell_error(c->tell, "%s", strerror(ENOMEM));
	return false;
}

static bool add_archived(struct coverage *v, struct catalog *c, int64_t id)
{
	static struct profile p;
	struct store_row row;
	bool profiled;

	if (!store_get(c->index.store, id, true, &row)) {
		if (!*store_reason(c->index.store))
			return true; /* it has been deleted meanwhile */
		tell_error(c->tell, "%s", store_reason(c->index.store));
		return false;
	}
	profiled = row.timed && profile_read(&p, row.profile, row.profile_len);
	return coverage_add(
		   v, row.client, row.address, profiled ? &p : NULL, row.first, row.last) ||
	       no_memory(c);
}

static bool add_loose(struct coverage *v, struct catalog *c, const struct loose *l)
{
	const struct facts *f = &l->facts;

	return coverage_add(
		   v, l->client, l->address, f->timed > 0 ? l->profile : NULL, f->first, f->last) ||
	       no_memory(c);
}

static int64_t begin_of(const struct catalog *c, const struct catalog_range *range)
{
	return range->all || range->from == INT64_MIN ? c->first : range->from;
}

static int64_t end_of(const struct catalog *c, const struct catalog_range *range, int64_t now)
{
	if (range->all)
		return c->last;
	if (range->to < INT64_MAX)
		return range->to;
	return now > c->last ? now : c->last;
}

/* Who should have sent, and has no capture there: of a network those hosts that are known, or, when
 * none is, the network. */
static bool add_silent(struct coverage *v, struct catalog *c, struct patterns *patterns)
{
	for (size_t i = 0; i < c->hosts.n; i++)
		if (!coverage_add_silent(v, c->hosts.v[i].client, c->hosts.v[i].address))
			return no_memory(c);
	for (size_t i = 0; i < c->config->nclients; i++) {
		const struct config_client *k = &c->config->clients[i];

		if (k->store && pattern_match(patterns, k->name, "") && !coverage_has(v, k->name) &&
		    !coverage_add_silent(v, k->name, ""))
			return no_memory(c);
	}
	return true;
}

bool survey_make(struct coverage *v, struct catalog *c, const struct catalog_range *range,
    struct patterns *patterns, int64_t now, size_t steps)
{
	int64_t begin = begin_of(c, range), end = end_of(c, range, now);
	bool any = begin <= end, ok = true;

	if (!any) /* no time to tell of */
		begin = end = now;
	coverage_begin(v, begin, end, steps);
	for (size_t i = 0; i < c->n && ok; i++)
		ok = c->item[i].id ? add_archived(v, c, c->item[i].id)
				   : add_loose(v, c, &c->loose.v[c->item[i].loose]);
	if (ok && any)
		ok = add_silent(v, c, patterns);
	coverage_end(v);
	return ok;
}
