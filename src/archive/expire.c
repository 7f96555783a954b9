/* expire: see expire.h. */
#include "archive/expire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/space.h"
#include "archive/tidy.h"
#include "base/calendar.h"
#include "config/keys.h"

/* Rows that one commit removes. */
#define TOGETHER TIDY_MAX

/* What a round knows of one client, beside what retain does. */
struct owner {
	int64_t id;
	struct store_place last; /* the file that was named last */
	bool named;
};

struct round {
	struct expire *e;
	bool only_handed_over; /* what waits stays */
	struct retain retain;
	struct owner *owner;
	bool begun;       /* a transaction: nobody else changes the index */
	unsigned removed; /* rows, in it */
	struct tidy tidy; /* where their files were */
	bool failed;
};

static bool fail(struct expire *e, const char *what, const char *why)
{
	snprintf(e->reason, sizeof(e->reason), "%s%s%s", what, *what ? ": " : "", why);
	return false;
}

/* ---- from index and configuration ---- */

static bool oldest(void *context, size_t client, struct retain_file *out)
{
	struct round *r = context;
	struct store *store = r->e->depot->store;
	struct owner *o = &r->owner[client];
	struct store_row row;

	if (!store_oldest(store, o->id, o->named ? &o->last : NULL, r->only_handed_over, &row)) {
		if (store_reason(store)[0]) {
			r->failed = true;
			fail(r->e, "", store_reason(store));
		}
		return false;
	}
	*out = (struct retain_file){.id = row.id, .bytes = row.stored, .ended = row.ended};
	return true;
}

bool expire_has_own_age(const struct config_client *k)
{
	return k && key_is_set(&config_client_keep_keys, &k->keep.origins, "max-age");
}

static void set_limits(struct retain_client *c, const struct config_client *k)
{
	c->weight = 1;
	c->unconfigured = !k;
	if (!k)
		return;
	c->own = (struct retain_limits){.max_age = k->keep.max_age,
	    .max_size = k->keep.max_size,
	    .max_files = k->keep.max_files};
	c->has_own_age = expire_has_own_age(k);
	c->weight = k->keep.weight;
	c->floor = k->keep.floor;
}

static bool add_client(struct round *r, const struct store_client *from)
{
	size_t n = r->retain.n;
	struct retain_client *c = reallocarray(r->retain.client, n + 1, sizeof(*c));
	struct owner *o = c ? reallocarray(r->owner, n + 1, sizeof(*o)) : NULL;

	if (c)
		r->retain.client = c;
	if (!o)
		return fail(r->e, "", strerror(ENOMEM));
	r->owner = o;
	o[n] = (struct owner){.id = from->id};
	c[n] = (struct retain_client){.bytes = from->bytes, .files = from->files};
	set_limits(&c[n], config_client(r->e->config, from->client));
	r->e->floors |= c[n].floor > 0;
	r->retain.n++;
	return true;
}

static bool read_clients(struct round *r)
{
	struct store *store = r->e->depot->store;
	struct store_client c = {.id = 0};

	while (store_next_client(store, c.id, &c))
		if (c.files > 0 && !add_client(r, &c))
			return false;
	return !store_reason(store)[0] || fail(r->e, "", store_reason(store));
}

static bool read_limits(struct round *r)
{
	const struct config_keep *k = &r->e->config->archive.keep;
	uint64_t all;

	if (!space_free(r->e->depot, &r->retain.free, &all))
		return fail(r->e, r->e->depot->path, strerror(errno));
	/* nothing that is archived goes for what may never be */
	r->retain.free += space_in_work(r->e->depot);
	r->retain.all = (struct retain_limits){
	    .max_age = k->max_age, .max_size = k->max_size, .max_files = k->max_files};
	r->retain.min_free =
	    k->min_free.percent ? all / 100 * k->min_free.percent : k->min_free.bytes;
	return true;
}

/* ---- to the disk ---- */

/* Before the first question: what somebody removes by hand meanwhile, as the manual shows, would be
 * counted, and another file be chosen than is deleted. */
static bool begin(struct round *r)
{
	struct store *store = r->e->depot->store;

	r->begun = !r->e->only_plan && store_begin(store);
	return r->begun || r->e->only_plan || fail(r->e, "", store_reason(store));
}

static bool commit(struct round *r)
{
	struct store *store = r->e->depot->store;
	bool was = r->begun;

	r->begun = false;
	r->removed = 0;
	if (was && !store_commit(store)) {
		tidy_forget(&r->tidy);
		return fail(r->e, "", store_reason(store));
	}
	tidy_run(&r->tidy, r->e->depot);
	return true;
}

static bool remove_row(struct round *r, int64_t id)
{
	struct store *store = r->e->depot->store;

	r->removed++;
	if (!store_remove(store, id))
		return fail(r->e, "", store_reason(store));
	return r->removed < TOGETHER || (commit(r) && begin(r));
}

/* False: it stays. */
static bool remove_file(struct round *r, const struct retain_choice *c, struct expired *told)
{
	switch (depot_remove(r->e->depot, told->path)) {
	case DEPOT_MISSING:
		told->missing = true;
		retain_gone(&r->retain, c);
		return true;
	case DEPOT_REMOVED:
		return true;
	case DEPOT_STAYS:
		break;
	}
	if (errno == EROFS) {
		r->failed = true;
		return fail(r->e, told->path, strerror(errno));
	}
	if (errno == ENOENT) {
		r->e->refused(r->e->context, told, "its directory is not there");
		retain_gone(&r->retain, c);
	} else {
		r->e->refused(r->e->context, told, strerror(errno));
		retain_stays(&r->retain, c);
	}
	return false;
}

static bool delete (struct round *r, const struct retain_choice *c, uint64_t *n)
{
	struct expire *e = r->e;
	struct store *store = e->depot->store;
	struct owner *o = &r->owner[c->client];
	struct store_row row;
	struct expired told;

	o->last = (struct store_place){.ended = c->file.ended, .id = c->file.id};
	o->named = true;
	/* between two commits somebody may have removed it: it was counted, and is passed over */
	if (!store_get(store, c->file.id, true, &row))
		return !store_reason(store)[0] || fail(e, "", store_reason(store));
	told = (struct expired){.client = row.client,
	    .path = row.path,
	    .reason = retain_reason_text(c->reason),
	    .for_room = c->reason == RETAIN_FREE,
	    .waits = e->config->archive.hand_over.present && row.handed_over == 0,
	    .tries = row.tries,
	    .bytes = row.stored,
	    .age = calendar_age(e->now, row.ended)};
	if (!e->only_plan && !remove_file(r, c, &told))
		return !r->failed;
	(*n)++;
	e->tell(e->context, &told);
	if (e->only_plan)
		return true;
	tidy_note(&r->tidy, row.path);
	return remove_row(r, row.id);
}

bool expire_run(struct expire *e)
{
	const struct config_hand_over *h = &e->config->archive.hand_over;
	struct round r = {.e = e,
	    .only_handed_over = h->present && h->required && !e->with_waiting,
	    .retain = {.now = e->now, .oldest = oldest}};
	struct retain_choice c;
	uint64_t n = 0;
	bool ok;

	e->excess = e->excess_files = 0;
	e->more = false;
	e->floors = false;
	r.retain.context = &r;
	ok = begin(&r) && read_limits(&r) && read_clients(&r);
	/* whose oldest file cannot be known is not passed over: others would lose theirs */
	while (ok && !e->more && retain_next(&r.retain, &c) && !r.failed) {
		ok = delete (&r, &c, &n);
		e->more = e->most > 0 && n == e->most;
	}
	ok = ok && !r.failed;
	if (!commit(&r)) /* also what was deleted before an error */
		ok = false;
	if (ok && !e->more) {
		e->excess = retain_excess(&r.retain);
		e->excess_files = retain_excess_files(&r.retain);
	}
	free(r.retain.client);
	free(r.owner);
	return ok;
}

/* Whose turn has not come yet is no trouble. */
static void add_held(void *context, const struct expired *e)
{
	struct expire_held *held = context;

	if (e->tries == 0)
		return;
	held->files++;
	held->bytes += e->bytes;
	if (e->age > held->age)
		held->age = e->age;
}

bool expire_held(struct expire *e, struct expire_held *out)
{
	struct expire all = {.depot = e->depot,
	    .config = e->config,
	    .now = e->now,
	    .only_plan = true,
	    .with_waiting = true,
	    .tell = add_held,
	    .context = out};

	*out = (struct expire_held){.files = 0};
	return expire_run(&all) || fail(e, "", all.reason);
}
