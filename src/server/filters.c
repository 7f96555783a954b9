/* filters: see filters.h. */
#include "server/filters.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/region.h"
#include "config/keys.h"
#include "filter/apart.h"
#include "server/sandbox_roles.h"

/* For all of a configuration: the master serves nobody meanwhile. */
#define PATIENCE_MS 20000

/* So much of a filter is told in an error. */
#define TOLD 120

static const struct filters_one *find(const struct filters *f, const char *text)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].text == text || strcmp(f->v[i].text, text) == 0)
			return &f->v[i];
	return NULL;
}

/* That of the configuration in effect, which comes of the same text: names are not looked up. */
static struct filter_table *copy(struct region *r, const struct filters *before, const char *text)
{
	const struct filters_one *was = before ? find(before, text) : NULL;
	struct filter_table *t = was && was->table ? region_alloc(r, was->table->size) : NULL;

	if (t)
		memcpy(t, was->table, was->table->size);
	return t;
}

/* libpcap, only where there is a filter; once there is a configuration in effect, the sandbox is
 * entered. */
static bool has_compiler(const struct filters *before, char why[FILTER_WHY_MAX])
{
	if (!before)
		return filter_load(why);
	if (!filter_is_loaded())
		snprintf(why, FILTER_WHY_MAX,
		    "this needs a restart, as there was no filter at the start");
	return filter_is_loaded();
}

static const struct filters_one *compile(struct filters *f, struct config *c,
    const struct filters *before, const char *text, int64_t until_ms)
{
	struct filters_one *one = &f->v[f->n++];
	struct filter_table *t = copy(c->region, before, text);
	char why[FILTER_WHY_MAX];

	if (!t && has_compiler(before, why)) {
		t = filter_build_apart(&role_compiler, text, c->region, until_ms, why);
		if (t)
			t->number = ++f->last;
	}
	*one = (struct filters_one){.text = text, .table = t};
	if (!t)
		one->why = region_text(c->region, why, strlen(why));
	return one;
}

/* own: the filter stands there, or is the default. */
static void give(
    struct config_storage *s, const struct filters_one *one, bool own, struct problems *problems)
{
	struct origin o = config_origin(&config_storage_keys, &s->origins, "filter");

	s->table = one->table;
	if (!one->table && own)
		problem_error(problems, o.file, o.line, "filter: '%.*s%s': %s", TOLD, one->text,
		    strlen(one->text) > TOLD ? "..." : "", one->why ? one->why : "out of memory");
}

void filters_open(
    struct filters *f, struct config *c, const struct filters *before, struct problems *problems)
{
	int64_t until_ms = io_monotonic_ms() + PATIENCE_MS;

	*f = (struct filters){.last = before ? before->last : 0,
	    .v = region_array(c->region, c->nclients + 1, sizeof(*f->v))};
	if (!f->v) {
		problem_error(problems, NULL, 0, "out of memory");
		return;
	}
	for (size_t i = 0; i <= c->nclients; i++) { /* the server first */
		struct config_storage *s = i > 0 ? &c->clients[i - 1].storage : &c->storage;
		const struct filters_one *one;

		if (!s->filter || !s->filter[0])
			continue;
		one = find(f, s->filter);
		if (!one)
			one = compile(f, c, before, s->filter, until_ms);
		give(s, one, i == 0 || key_is_set(&config_storage_keys, &s->origins, "filter"),
		    problems);
	}
}

const struct filter_table *filters_numbered(const struct filters *f, uint64_t number)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].table && f->v[i].table->number == number)
			return f->v[i].table;
	return NULL;
}
