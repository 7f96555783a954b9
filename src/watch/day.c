/* day: see day.h. */
#include "watch/day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/calendar.h"
#include "base/grow.h"
#include "base/moment.h"
#include "index/store.h"
#include "watch/completed.h"

#define SECOND INT64_C(1000000000)
#define DAY    (86400 * SECOND)

/* Captures that began earlier than so long before the day are not looked at. */
#define BEFORE (2 * DAY)

/* Completed captures that are looked at. */
#define COMPLETED_MAX 10000u

/* ---- archived ---- */

/* Numbers of files that were found. */
struct found {
	int64_t *id;
	size_t n, room;
	bool no_memory;
};

static bool take(void *context, const struct store_found *f)
{
	struct found *all = context;

	int64_t *id = grow(all->id, all->n, &all->room, sizeof(*id));

	all->no_memory = !id;
	if (!id)
		return false;
	all->id = id;
	all->id[all->n++] = f->id;
	return true;
}

static bool add_archived(struct coverage *v, struct store *store, int64_t id)
{
	static struct profile p;
	struct store_row row;

	if (!store_get(store, id, true, &row))
		return !*store_reason(store); /* else it has been deleted meanwhile */
	return coverage_add(v, row.client, row.address,
	    row.timed && profile_read(&p, row.profile, row.profile_len) ? &p : NULL, row.first,
	    row.last);
}

static bool add_all(struct coverage *v, struct store *store)
{
	struct store_client c = {.id = 0};
	struct found all = {.n = 0};
	bool ok = true;

	while (ok && store_next_client(store, c.id, &c))
		ok = c.files == 0 || store_find(store, c.id, false, v->begin, v->end, take, &all);
	ok = ok && !*store_reason(store) && !all.no_memory;
	for (size_t i = 0; i < all.n && ok; i++)
		ok = add_archived(v, store, all.id[i]);
	free(all.id);
	return ok;
}

/* False: no memory. */
static bool add_index(struct day *d, const struct snapshot *s, const struct config *config)
{
	char reason[STORE_REASON_MAX];
	char *file = region_print(s->region, "%s/%s", config->archive.path, STORE_FILE);
	struct store *store = file ? store_open(file, STORE_READ, reason) : NULL;
	bool ok = file;

	if (store) {
		ok = add_all(&d->coverage, store) || *store_reason(store);
		if (*store_reason(store))
			d->index = region_print(s->region, "%s: %s", file, store_reason(store));
		store_close(store);
	} else if (file && *reason) { /* "": nothing is in it yet */
		d->index = region_print(s->region, "%s: %s", file, reason);
	}
	return ok;
}

/* ---- completed ---- */

struct adding {
	struct coverage *v;
	const struct config *config;
	bool ok;
};

/* When the capture of that name began, by the server's clock. */
static int64_t begun(const struct capname *name)
{
	const char *date = name->stamp + strlen(name->stamp) - strlen("YYYYMMDD_HHMMSS");
	int year, month, day, hour, minute, second;

	if (sscanf(date, "%4d%2d%2d_%2d%2d%2d", &year, &month, &day, &hour, &minute, &second) != 6)
		return 0;
	return when_local(&moment_zone,
		   calendar_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second,
		   WHEN_FROM) *
	       SECOND;
}

static void add_completed(void *of, const struct capname *name, const struct stat *st)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];
	struct adding *x = of;
	int64_t last = st->st_mtim.tv_sec * SECOND + st->st_mtim.tv_nsec, first = begun(name);

	if (!x->ok || last < x->v->begin)
		return;
	config_owner(x->config, name->stem, client, address);
	x->ok = coverage_add_uncounted(x->v, client, address, first < last ? first : last, last);
}

/* False: no memory. */
static bool add_directories(struct day *d, const struct snapshot *s, const struct config *config)
{
	struct adding x = {.v = &d->coverage, .config = config, .ok = true};
	struct completed look = {
	    .bases = true, .most = COMPLETED_MAX, .take = add_completed, .of = &x};
	time_t since = (time_t)((d->coverage.begin - BEFORE) / SECOND);
	char text[32];
	struct tm tm;

	if (localtime_r(&since, &tm) && strftime(text, sizeof(text), "%Y%m%d_%H%M%S", &tm) > 0)
		look.since = text;
	if (!completed_look(&look, config, s->region))
		return false;
	d->completed = look.unseen;
	if (look.cut)
		d->completed = "there are too many to look at all of them";
	return x.ok;
}

/* ---- recordings ---- */

/* False: no memory. */
static bool add_recordings(struct day *d, const struct snapshot *s, const struct config *config)
{
	for (size_t i = s->unknown; i < s->sessions; i++) {
		const struct snapshot_session *o = &s->session[i];
		char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];
		struct capname name;

		/* the name is the recording's own word */
		if (!capname_parse(o->file, &name) || o->begun == 0 || o->last_packet < o->begun)
			continue;
		config_owner(config, name.stem, client, address);
		if (strcmp(client, o->client) == 0 &&
		    !coverage_add_uncounted(&d->coverage, client, address, o->begun * 1000000,
			o->last_packet * 1000000))
			return false;
	}
	return true;
}

/* ---- all of it ---- */

bool day_make(
    struct day *d, const struct snapshot *s, const struct config *config, int64_t now, size_t steps)
{
	bool ok;

	*d = (struct day){.index = NULL};
	coverage_begin(&d->coverage, now - DAY, now, steps);
	ok = (!config->archive.present || add_index(d, s, config)) &&
	     add_directories(d, s, config) && add_recordings(d, s, config);
	coverage_end(&d->coverage);
	return ok;
}

void day_free(struct day *d)
{
	coverage_free(&d->coverage);
}
