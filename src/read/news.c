/* news: see news.h. */
#include "read/news.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/notices.h"
#include "record/places.h"

/* ---- directories ---- */

static bool is_known(void *of, dev_t dev, ino_t ino, const char *name)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];
	struct news *n = of;
	struct known_file *k = known_listed(&n->known, dev, ino, name);
	struct capname parts;

	if (k)
		k->present = true;
	if (k || !capname_parse(name, &parts))
		return true;
	config_owner(n->catalog->config, parts.stem, client, address);
	return !pattern_match(n->patterns, client, address);
}

static bool take_new(void *of, const struct place_file *p)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX], path[PATH_MAX];
	struct news *n = of;
	struct known_file *k = known_find(&n->known, &p->st, p->name);

	if (k) {
		k->present = true;
		close(p->fd);
		return true;
	}
	config_owner(n->catalog->config, p->parts.stem, client, address);
	snprintf(path, sizeof(path), "%s/%s", p->directory, p->name);
	k = known_add(&n->known, &p->st, p->fd, client, address, p->name, path);
	if (!k) {
		n->no_memory = true;
		return false;
	}
	k->recording = p->recording;
	k->fresh = true;
	return true;
}

/* What was missed in the index by an earlier look, and lies in a directory until the archive has
 * removed it, is not new. */
static void pass_over_archived(struct news *n)
{
	struct store *s = n->catalog->index.store;

	for (size_t i = 0; s && i < n->known.n; i++) {
		struct known_file *k = &n->known.v[i];

		if (!k->fresh || !known_is_archived(k, s, n->last))
			continue;
		k->fresh = false;
		k->archived = true;
	}
}

/* ---- the index ---- */

static bool may_have(const struct catalog_range *r, const struct store_row *row)
{
	return r->all || (row->timed && row->first <= r->to && row->last >= r->from);
}

/* An index that was opened just now, and the one that was there before it. */
struct change {
	struct store *before; /* NULL: none was */
	int64_t last;         /* file of it that was looked at last */
};

/* Whether a row of the new index is of a capture that was met before: the old one had it; or, where
 * that cannot be asked, its recording had ended when all was looked at the last time. */
static bool was_met(const struct news *n, const struct change *k, const struct store_row *row)
{
	struct store_row old = {0};

	while (k->before &&
	       store_next_made_of(k->before, row->client, row->ended, row->bytes, old.id, &old))
		if (strcmp(old.path, row->path) == 0)
			return old.id <= k->last;
	return (!k->before || *store_reason(k->before)) && row->ended < n->looked;
}

/* Rows that are new; change: in a new index, else NULL. What was never met on its way goes to
 * n->missed. */
static bool read_rows(struct news *n, const struct change *change)
{
	struct store *s = n->catalog->index.store;
	struct store_row row;
	int64_t *v;

	while (store_next(s, n->last, &row)) {
		n->last = row.id;
		if (!pattern_match(n->patterns, row.client, row.address) ||
		    known_match(&n->known, &row) || !may_have(n->range, &row) ||
		    (change && was_met(n, change, &row)))
			continue;
		v = grow(n->missed, n->nmissed, &n->missed_room, sizeof(*v));
		if (!v) {
			n->no_memory = true;
			return false;
		}
		n->missed = v;
		n->missed[n->nmissed++] = row.id;
	}
	return indexed_is_well(&n->catalog->index);
}

/* Numbers of the old one mean nothing in the new one. */
static bool read_new_index(struct news *n)
{
	struct indexed *x = &n->catalog->index;
	struct change k = {.before = x->store, .last = n->last};
	bool ok;

	x->store = NULL;
	ok = indexed_open(x) && x->store;
	if (!ok) {
		x->store = k.before;
		return false;
	}
	n->last = 0;
	ok = read_rows(n, &k);
	store_close(k.before);
	return ok;
}

static bool look_into_index(struct news *n)
{
	static const struct change first;
	struct indexed *x = &n->catalog->index;

	if (!x->store)
		return indexed_open(x) && (!x->store || read_rows(n, &first));
	if (indexed_is_replaced(x))
		return read_new_index(n);
	return read_rows(n, NULL);
}

/* ---- a look ---- */

/* Those that are watched already stay so. */
static void watch_all(struct news *n)
{
	const uint32_t events = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | IN_ONLYDIR;
	const struct config *c = n->catalog->config;
	const char *path;

	if (n->inotify < 0)
		return;
	for (size_t i = 0; i < places_number(c); i++)
		if ((path = places_path(c, i)))
			inotify_add_watch(n->inotify, path, events);
}

static void tell_trouble(void *of, const char *text)
{
	struct news *n = of;

	tell_error(n->catalog->tell, "%s", text);
}

/* In the order in which captures move. What is forgotten had been matched in the index before, or
 * was removed by somebody; where not all could be looked at, that is not sure. */
bool news_look(struct news *n)
{
	struct places_visitor v = {
	    .is_known = is_known, .take = take_new, .trouble = tell_trouble, .of = n};
	struct tell *tell = n->catalog->tell;
	int64_t begun = (int64_t)time(NULL);
	bool whole;

	if (n->failed)
		watch_all(n); /* a directory may be there again */
	for (size_t i = 0; i < n->known.n; i++)
		n->known.v[i].present = false;
	tell_round(tell);
	whole = places_look(n->catalog->config, &v);
	pass_over_archived(n);
	if (!n->no_memory)
		whole &= look_into_index(n);
	tell_rounds_end(tell);
	n->failed = !whole;
	known_rest(&n->known);
	if (whole) {
		known_forget(&n->known);
		n->looked = begun;
	}
	return !n->no_memory;
}

bool news_have_come(struct news *n)
{
	const struct inotify_event *e;
	struct notices all;
	bool news = false;

	for (notices_begin(&all); (e = notices_next(&all, n->inotify));)
		news |= !(e->mask & IN_MODIFY);
	return news;
}

/* ---- beginning and end ---- */

void news_begin(
    struct news *n, struct catalog *c, const struct catalog_range *range, struct patterns *patterns)
{
	*n = (struct news){.catalog = c,
	    .range = range,
	    .patterns = patterns,
	    .last = c->last_id,
	    .looked = c->begun,
	    .inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	watch_all(n);
}

/* Those that are left out as well. */
bool news_take_over(struct news *n)
{
	struct looses *l = &n->catalog->loose;

	for (size_t i = 0; i < l->n; i++) {
		struct loose *from = &l->v[i];
		struct known_file *k = known_add(&n->known, &from->st, from->fd, from->client,
		    from->address, from->name, from->path);

		from->fd = -1; /* whether it was taken, or closed */
		if (!k)
			return false;
		k->recording = from->recording;
		k->archived = from->archived;
		/* of a recording what was read then is not all */
		if (from->scanned && !from->recording && (k->facts = malloc(sizeof(*k->facts))))
			*k->facts = from->facts;
	}
	return true;
}

void news_free(struct news *n)
{
	known_free(&n->known);
	free(n->missed);
	if (n->inotify >= 0)
		close(n->inotify);
}
