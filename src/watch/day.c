/* day: see day.h. */
#include "watch/day.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "index/store.h"

#define DAY (INT64_C(86400) * 1000000000)

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

static bool add(struct coverage *v, struct store *store, int64_t id)
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
		ok = add(v, store, all.id[i]);
	free(all.id);
	return ok;
}

const char *day_make(struct coverage *v, const struct config *config, int64_t now, size_t steps,
    char why[DAY_WHY_MAX])
{
	char file[PATH_MAX], reason[STORE_REASON_MAX];
	struct store *store;
	bool ok;

	coverage_begin(v, now - DAY, now, steps);
	if (!config->archive.present) {
		snprintf(why, DAY_WHY_MAX, "the configuration has no archive");
		return why;
	}
	snprintf(file, sizeof(file), "%s/%s", config->archive.path, STORE_FILE);
	store = store_open(file, STORE_READ, reason);
	if (!store) {
		snprintf(why, DAY_WHY_MAX, "%s", *reason ? reason : "nothing is archived yet");
		return why;
	}
	ok = add_all(v, store);
	if (!ok)
		snprintf(why, DAY_WHY_MAX, "%s",
		    *store_reason(store) ? store_reason(store) : strerror(ENOMEM));
	store_close(store);
	coverage_end(v);
	return ok ? NULL : why;
}
