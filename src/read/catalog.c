/* catalog: see catalog.h. */
#include "read/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/io.h"
#include "read/places.h"
#include "record/capfile.h"

struct maker {
	struct catalog *c;
	struct patterns *patterns;
	const struct catalog_range *range;
	uint32_t client; /* whose files of the index are being taken */
	bool failed;     /* memory */
};

static bool no_memory(struct catalog *c)
{
	tell_error(c->tell, "%s", strerror(ENOMEM));
	return false;
}

static const char *keep(struct catalog *c, const char *text)
{
	return region_text(c->region, text, strlen(text));
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
	if (!v || !(v[c->clients] = keep(c, client)))
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

/* ---- what is being recorded, or completed ---- */

/* Only what is recorded can move on to another of the directories. */
static bool is_met(const struct catalog *c, const struct stat *st)
{
	for (size_t i = 0; i < c->recorded; i++)
		if (io_same_file(&c->loose[i].st, st))
			return true;
	return false;
}

static bool add_loose(
    struct catalog *c, const struct place_file *f, const char *client, const char *address)
{
	struct loose *v = region_grow(c->region, c->loose, c->nloose, sizeof(*v));
	struct loose *l;

	if (!v)
		return no_memory(c);
	c->loose = v;
	l = &v[c->nloose];
	*l = (struct loose){.client = keep(c, client),
	    .address = keep(c, address),
	    .name = keep(c, f->name),
	    .path = region_print(c->region, "%s/%s", f->directory, f->name),
	    .recording = f->recording,
	    .fd = f->fd,
	    .st = f->st};
	if (!l->client || !l->address || !l->name || !l->path)
		return no_memory(c);
	c->nloose++;
	if (f->recording)
		c->recorded = c->nloose;
	note_width(c, client, address);
	return true;
}

static bool take_loose(void *of, const struct place_file *f)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];
	struct maker *m = of;

	config_owner(m->c->config, f->parts.stem, client, address);
	if (pattern_match(m->patterns, client, address) && !is_met(m->c, &f->st)) {
		m->failed = !add_loose(m->c, f, client, address);
		return !m->failed;
	}
	close(f->fd);
	return true;
}

/* Directories that cannot be looked at are told: the others count. */
static bool look_at_places(struct maker *m)
{
	struct places_visitor v = {.take = take_loose, .of = m};

	places_look(m->c->config, m->c->tell, &v);
	return !m->failed;
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

static bool index_failed(struct catalog *c)
{
	tell_error(c->tell, "%s", store_reason(c->store));
	return false;
}

static bool take_client(struct maker *m, int64_t id)
{
	const struct catalog_range *r = m->range;
	struct catalog *c = m->c;

	if (r->only_recordings)
		return true;
	return store_find(c->store, id, r->all, r->from, r->to, take_found, m) || index_failed(c);
}

static bool take_index(struct maker *m)
{
	struct store_client k = {0};
	int64_t id = 0;

	while (store_next_client(m->c->store, id, &k)) {
		id = k.id;
		if (!pattern_may_match(m->patterns, k.client))
			continue;
		pattern_match(m->patterns, k.client, "");
		if (!number_of(m->c, k.client, &m->client) || !take_client(m, id))
			return false;
	}
	return !*store_reason(m->c->store) || index_failed(m->c);
}

/* ---- what is in both ---- */

/* The name without its number: that of a recording may have changed when it was published. */
static bool same_stamp(const char *a, const char *b)
{
	struct capname x, y;

	return capname_parse(a, &x) && capname_parse(b, &y) && x.kind == y.kind &&
	       strcmp(x.stamp, y.stamp) == 0;
}

/* Whether the capture may be in the index as well: it was archived while this looked around, or is
 * not removed yet. A row of another capture may look the same, which had this name within the same
 * second: is_archived() tells them apart. */
static bool may_be_archived(struct catalog *c, struct loose *l)
{
	struct store_row row = {0};

	if (fstat(l->fd, &l->st) < 0 || (l->st.st_mode & CAPFILE_MARK && l->st.st_nlink > 0))
		return false;
	while (store_next_made_of(
	    c->store, l->client, l->st.st_mtim.tv_sec, (uint64_t)l->st.st_size, row.id, &row))
		if (strcmp(row.name, l->name) == 0 ||
		    (l->recording && same_stamp(row.name, l->name)))
			return true;
	return false;
}

/* Whether a row that looks the same has the same packets, too. */
static bool is_archived(struct catalog *c, const struct loose *l)
{
	const struct facts *f = &l->scanned.facts;
	struct store_row row = {0};

	while (l->archived &&
	       store_next_made_of(c->store, l->client, l->st.st_mtim.tv_sec,
		   (uint64_t)l->st.st_size, row.id, &row) &&
	       row.id <= c->last_id)
		if (row.packets == f->packets && row.timed == (f->timed > 0) &&
		    (!row.timed || (row.first == f->first && row.last == f->last)))
			return true;
	return false;
}

/* All of one moment, or what is archived in between would be in neither. */
static bool look_into_index(struct maker *m)
{
	struct catalog *c = m->c;
	bool ok;

	if (!store_begin_reading(c->store))
		return index_failed(c);
	ok = (store_last(c->store, &c->last_id) || index_failed(c)) && take_index(m);
	for (size_t i = 0; ok && i < c->nloose; i++)
		c->loose[i].archived = may_be_archived(c, &c->loose[i]);
	store_end_reading(c->store);
	return ok;
}

/* Told once: it is looked for again while recordings are followed. */
static void tell_no_index(struct catalog *c, const char *what)
{
	if (!c->told)
		tell_note(c->tell, "%s: %s", c->config->archive.path, what);
	c->told = true;
}

bool catalog_open_index(struct catalog *c)
{
	const char *path = c->config->archive.path;
	char file[PATH_MAX], why[STORE_REASON_MAX];

	if (!c->config->archive.present)
		return true;
	if (c->archive < 0)
		c->archive = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(file, sizeof(file), "%s/" STORE_FILE, path);
	if (c->archive < 0) {
		tell_error(c->tell, "%s: %s", path, strerror(errno));
		return false;
	}
	if (faccessat(c->archive, STORE_FILE, F_OK, 0) < 0 && errno == ENOENT) {
		tell_no_index(c, "there is no index yet");
		return true;
	}
	c->store = store_open(file, STORE_READ, why);
	if (!c->store && *why)
		tell_error(c->tell, "%s: %s", file, why);
	else if (!c->store)
		tell_no_index(c, "nothing is in the index yet");
	return c->store || !*why;
}

/* ---- scanning ---- */

static bool overlaps(const struct catalog_range *r, const struct facts *f)
{
	return r->all || (f->timed > 0 && f->first <= r->to && f->last >= r->from);
}

static bool add_scanned(struct maker *m, uint32_t i)
{
	struct catalog *c = m->c;
	struct loose *l = &c->loose[i];
	const struct facts *f = &l->scanned.facts;
	struct catalog_item item = {.loose = i, .first = first_of(f->timed > 0, f->first)};

	if (!l->scanned.ok) {
		tell_error(c->tell, "%s: the process that reads it has died", l->path);
		return true;
	}
	l->archived = is_archived(c, l);
	if (l->archived)
		return true;
	if (!overlaps(m->range, f) && !(m->range->follow && l->recording))
		return true;
	return number_of(c, l->client, &item.client) && add_item(c, &item, f->last);
}

static bool scan_loose(struct maker *m, bool profiles)
{
	struct catalog *c = m->c;
	struct scan_file *v = calloc(c->nloose + 1, sizeof(*v));
	size_t n = 0;
	bool ok;

	if (!v)
		return no_memory(c);
	for (size_t i = 0; i < c->nloose; i++)
		v[n++] =
		    (struct scan_file){.fd = c->loose[i].fd, .recording = c->loose[i].recording};
	if (!c->config->archive.present && n > 0)
		tell_note(
		    c->tell, "there is no archive: reading %zu files to learn their times", n);
	ok = scan(v, n, profiles);
	if (!ok)
		tell_error(c->tell, "no process can be started: %s", strerror(errno));
	for (size_t i = 0; ok && i < c->nloose; i++) {
		c->loose[i].scanned = v[i];
		ok = add_scanned(m, (uint32_t)i);
	}
	free(v);
	return ok;
}

/* Without a look into them. */
static bool add_recordings(struct maker *m)
{
	struct catalog *c = m->c;
	bool ok = true;

	for (size_t i = 0; ok && i < c->nloose; i++) {
		struct catalog_item item = {.loose = (uint32_t)i, .first = INT64_MIN};

		if (c->loose[i].recording && !c->loose[i].archived)
			ok =
			    number_of(c, c->loose[i].client, &item.client) && add_item(c, &item, 0);
	}
	return ok;
}

/* ---- all of it ---- */

/* Clients of the configuration count as known though they have no files. */
static void note_configured(struct maker *m)
{
	const struct config *c = m->c->config;

	for (size_t i = 0; i < c->nclients; i++)
		pattern_match(m->patterns, c->clients[i].name, "");
}

static bool all_are_known(struct maker *m)
{
	bool known = true;

	for (size_t i = 0; i < m->patterns->n; i++) {
		if (m->patterns->used[i])
			continue;
		known = false;
		tell_error(m->c->tell,
		    "%s: no client is called so, and no host with files in that time",
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
	    .archive = -1,
	    .first = INT64_MAX,
	    .last = INT64_MIN,
	    .region = region_new()};
	if (!c->region)
		return no_memory(c);
	io_raise_descriptors();
	note_configured(&m);
	if (!look_at_places(&m) || !catalog_open_index(c))
		return false;
	if ((c->store && !look_into_index(&m)) || !all_are_known(&m))
		return false;
	return range->only_recordings ? add_recordings(&m) : scan_loose(&m, profiles);
}

void catalog_free(struct catalog *c)
{
	for (size_t i = 0; i < c->nloose; i++) {
		if (c->loose[i].fd >= 0)
			close(c->loose[i].fd);
		free(c->loose[i].scanned.profile);
	}
	free(c->item);
	region_free(c->region);
	store_close(c->store);
	if (c->archive >= 0)
		close(c->archive);
	*c = (struct catalog){.archive = -1};
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
