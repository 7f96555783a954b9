/* catalog: see catalog.h. */
#include "read/catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/grow.h"
#include "base/io.h"

struct maker {
	struct catalog *c;
	struct patterns *patterns;
	const struct catalog_range *range;
	uint32_t client; /* whose files of the index are being taken */
};

static bool no_memory(struct catalog *c)
{
	tell_error(c->tell, "%s", strerror(ENOMEM));
	return false;
}

/* The number of a client's name. */
static bool number_of(struct catalog *c, const char *client, uint32_t *out)
{
	const char **v;

	for (size_t i = c->clients; i-- > 0;)
		if (strcmp(c->client[i], client) == 0) {
			*out = (uint32_t)i;
			return true;
		}
	v = region_grow(c->region, c->client, c->clients, sizeof(*v));
	if (!v || !(v[c->clients] = region_text(c->region, client, strlen(client))))
		return no_memory(c);
	c->client = v;
	*out = (uint32_t)c->clients++;
	return true;
}

static void note_width(struct catalog *c, const char *client, const char *address)
{
	size_t len = strlen(client) + (*address ? 1 + strlen(address) : 0);

	if (len > c->widest)
		c->widest = len;
}

/* INT64_MIN is for those without: a time may be as far back, where a capture tells nonsense. */
static int64_t first_of(bool timed, int64_t first)
{
	return timed && first > INT64_MIN ? first : INT64_MIN + timed;
}

/* last: of its packets, where item->first is known. */
static bool add_item(struct catalog *c, const struct catalog_item *item, int64_t last)
{
	struct catalog_item *v = grow(c->item, c->n, &c->room, sizeof(*v));

	if (!v)
		return no_memory(c);
	c->item = v;
	if (item->first != INT64_MIN && item->first < c->first)
		c->first = item->first;
	if (item->first != INT64_MIN && last > c->last)
		c->last = last;
	c->item[c->n++] = *item;
	return true;
}

/* ---- the index ---- */

static bool take_found(void *context, const struct store_found *f)
{
	struct maker *m = context;
	struct catalog *c = m->c;
	struct catalog_item item = {
	    .id = f->id, .client = m->client, .first = first_of(f->timed, f->first)};

	if (!pattern_match(m->patterns, c->client[m->client], f->address))
		return true;
	note_width(c, c->client[m->client], f->address);
	return add_item(c, &item, f->last);
}

static bool take_client(struct maker *m, int64_t id)
{
	const struct catalog_range *r = m->range;
	struct indexed *x = &m->c->index;

	if (r->only_recordings)
		return true;
	return store_find(x->store, id, r->all, r->from, r->to, take_found, m) ||
	       indexed_is_well(x);
}

static bool take_index(struct maker *m)
{
	struct store_client k = {0};
	int64_t id = 0;

	while (store_next_client(m->c->index.store, id, &k)) {
		id = k.id;
		if (!pattern_may_match(m->patterns, k.client))
			continue;
		pattern_match(m->patterns, k.client, "");
		if (!number_of(m->c, k.client, &m->client) || !take_client(m, id))
			return false;
	}
	return indexed_is_well(&m->c->index);
}

/* The row of the index that was made of it, up to that number; later: it will be scanned. */
static int64_t find_row(struct catalog *c, const struct loose *l, int64_t last, bool later)
{
	char name[CAPNAME_MAX];
	struct identity i;

	return loose_identity(l, name, &i) ? identity_find(c->index.store, &i, last, later) : 0;
}

/* All of one moment, or what is archived in between would be in neither. */
static bool look_into_index(struct maker *m)
{
	struct catalog *c = m->c;
	struct store *s = c->index.store;
	bool ok;

	if (!store_begin_reading(s))
		return indexed_is_well(&c->index);
	ok = (store_last(s, &c->last_id) || indexed_is_well(&c->index)) && take_index(m);
	for (size_t i = 0; ok && i < c->loose.n; i++) {
		struct loose *l = &c->loose.v[i];

		/* it was archived while this looked around, or is not removed yet; what is
		 * in it is compared once it is scanned */
		l->archived = loose_look_again(l) &&
			      find_row(c, l, c->last_id, !m->range->only_recordings) > 0;
	}
	store_end_reading(s);
	return ok;
}

int64_t catalog_moved_to(struct catalog *c, const struct loose *l)
{
	if (!indexed_open(&c->index) || !c->index.store)
		return 0;
	return find_row(c, l, INT64_MAX, false);
}

/* ---- scanning ---- */

static bool overlaps(const struct catalog_range *r, bool timed, int64_t first, int64_t last)
{
	return r->all || (timed && first <= r->to && last >= r->from);
}

static bool add_scanned(struct maker *m, uint32_t i)
{
	struct catalog *c = m->c;
	struct loose *l = &c->loose.v[i];
	const struct facts *f = &l->facts;
	struct catalog_item item = {.loose = i, .first = first_of(f->timed > 0, f->first)};

	if (!l->scanned) {
		tell_error(c->tell, "%s: the process that reads it has failed", l->path);
		return true;
	}
	l->archived = l->archived && find_row(c, l, c->last_id, false) > 0;
	if (l->archived)
		return true;
	if (!overlaps(m->range, f->timed > 0, f->first, f->last) &&
	    !(m->range->follow && l->recording))
		return true;
	note_width(c, l->client, l->address);
	return number_of(c, l->client, &item.client) && add_item(c, &item, f->last);
}

/* It was archived since the index was read, or somebody has removed it. */
static bool add_moved(struct maker *m, struct loose *l)
{
	struct catalog *c = m->c;
	struct catalog_item item = {.id = catalog_moved_to(c, l)};
	struct store_row row;
	int64_t last;

	if (item.id == 0)
		return true;
	l->archived = true;
	if (item.id <= c->last_id || !store_get(c->index.store, item.id, false, &row) ||
	    !overlaps(m->range, row.timed, row.first, row.last))
		return true;
	item.first = first_of(row.timed, row.first);
	last = row.last;
	note_width(c, l->client, l->address);
	return number_of(c, l->client, &item.client) && add_item(c, &item, last);
}

static bool take_scanned(void *of, size_t i, bool is_there)
{
	struct maker *m = of;

	return is_there ? add_scanned(m, (uint32_t)i) : add_moved(m, &m->c->loose.v[i]);
}

static bool scan_loose(struct maker *m, bool profiles)
{
	struct catalog *c = m->c;

	if (!c->config->archive.present && c->loose.n > 0)
		tell_note(c->tell, "there is no archive: reading %zu files to learn their times",
		    c->loose.n);
	return loose_scan(&c->loose, profiles, c->tell, take_scanned, m);
}

/* Without a look into them. */
static bool add_recordings(struct maker *m)
{
	struct catalog *c = m->c;
	bool ok = true;

	for (size_t i = 0; ok && i < c->loose.n; i++) {
		const struct loose *l = &c->loose.v[i];
		struct catalog_item item = {.loose = (uint32_t)i, .first = INT64_MIN};

		if (l->recording && !l->archived)
			ok = number_of(c, l->client, &item.client) && add_item(c, &item, 0);
	}
	return ok;
}

/* ---- all of it ---- */

/* Clients of the configuration count as known though they have no files; where profiles are wanted
 * they are told of as well. */
static void note_configured(struct maker *m, bool profiles)
{
	const struct config *c = m->c->config;

	for (size_t i = 0; i < c->nclients; i++)
		if (pattern_match(m->patterns, c->clients[i].name, "") && profiles)
			note_width(m->c, c->clients[i].name, "");
}

/* Of networks it tells of the hosts that it knows. */
static bool note_hosts(struct maker *m)
{
	struct catalog *c = m->c;
	struct hosts *h = &c->hosts;

	h->region = c->region;
	if (!hosts_find(h, c->config, &c->loose, c->index.store, m->patterns))
		return c->index.store && !indexed_is_well(&c->index) ? false : no_memory(c);
	for (size_t i = 0; i < h->n; i++)
		note_width(c, h->v[i].client, h->v[i].address);
	return true;
}

/* A host is known from files of whatever time, which are only looked at where it has none in this
 * one. */
static bool all_are_known(struct maker *m)
{
	struct store *s = m->c->index.store;
	bool known = true;

	if (s && !pattern_all_used(m->patterns) && !hosts_note(s, m->patterns))
		return indexed_is_well(&m->c->index);

	for (size_t i = 0; i < m->patterns->n; i++) {
		if (m->patterns->used[i])
			continue;
		if (m->range->follow) {
			tell_note(m->c->tell, "%s: no client is called so yet: waiting for it",
			    m->patterns->v[i]);
			continue;
		}
		known = false;
		tell_error(m->c->tell, "%s: no client is called so, and no host that has files",
		    m->patterns->v[i]);
	}
	return known;
}

bool catalog_make(struct catalog *c, const struct config *config, struct patterns *patterns,
    const struct catalog_range *range, bool profiles, struct tell *tell)
{
	struct maker m = {.c = c, .patterns = patterns, .range = range};

	*c = (struct catalog){.config = config,
	    .tell = tell,
	    .begun = (int64_t)time(NULL),
	    .first = INT64_MAX,
	    .last = INT64_MIN,
	    .region = region_new()};
	indexed_init(&c->index, config, tell);
	if (!c->region)
		return no_memory(c);
	io_raise_descriptors();
	note_configured(&m, profiles);
	if (!loose_find(&c->loose, c->region, config, patterns, tell))
		return no_memory(c);
	if (!indexed_open(&c->index))
		return false;
	if ((c->index.store && !look_into_index(&m)) || !all_are_known(&m) ||
	    (profiles && !note_hosts(&m)))
		return false;
	return range->only_recordings ? add_recordings(&m) : scan_loose(&m, profiles);
}

void catalog_free(struct catalog *c)
{
	loose_free(&c->loose);
	free(c->item);
	region_free(c->region);
	indexed_free(&c->index);
	*c = (struct catalog){.index.archive = -1};
}

/* ---- order ---- */

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Of equal times what comes first is arbitrary, but always the same. */
static int by_time(const void *x, const void *y)
{
	const struct catalog_item *a = x, *b = y;
	int c = compare(a->first, b->first);

	if (c == 0)
		c = compare(a->client, b->client);
	if (c == 0)
		c = compare(a->id, b->id);
	return c ? c : compare(a->loose, b->loose);
}

static int by_client(const void *x, const void *y, void *catalog)
{
	const struct catalog_item *a = x, *b = y;
	const struct catalog *c = catalog;
	int order = strcmp(c->client[a->client], c->client[b->client]);

	return order ? order : by_time(x, y);
}

void catalog_sort_by_time(struct catalog *c)
{
	if (c->n > 0)
		qsort(c->item, c->n, sizeof(*c->item), by_time);
}

void catalog_sort_by_client(struct catalog *c)
{
	if (c->n > 0)
		qsort_r(c->item, c->n, sizeof(*c->item), by_client, c);
}
