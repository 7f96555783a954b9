/* rebuild: see rebuild.h. */
#include "archive/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "archive/indexfile.h"
#include "archive/refile.h"
#include "archive/walk.h"
#include "base/processors.h"

/* Files that one commit puts into the index. */
#define TOGETHER 256

struct round {
	struct rebuild *r;
	struct walk walk;
	struct refile reading[CREW_MAX];
	unsigned added; /* since the last commit */
	bool failed;
};

static bool fail(struct round *r, const char *what, const char *why)
{
	snprintf(r->r->reason, sizeof(r->r->reason), "%s%s%s", what, *what ? ": " : "", why);
	r->failed = true;
	return false;
}

static void tell_unreadable(struct round *r, const char *path, const char *why)
{
	r->r->unreadable++;
	r->r->tell(r->r->context, path, why);
}

static void tell_other(struct round *r, const char *path, const char *why)
{
	r->r->others++;
	r->r->tell(r->r->context, path, why);
}

/* ---- which file ---- */

static void start_file(struct round *r, struct refile *f, struct worker *w)
{
	const char *why = NULL;

	switch (refile_begin(f, r->r->depot, r->r->config, NULL, w, &why)) {
	case REFILE_READING:
		break;
	case REFILE_MISSING:
	case REFILE_UNREADABLE:
		tell_unreadable(r, f->path, why);
		break;
	case REFILE_RECORDING:
		tell_other(r, f->path, why);
		break;
	case REFILE_NO_WORKER:
		fail(r, "no process can be started", why);
		break;
	}
}

static bool start(void *context, unsigned i, struct worker *w)
{
	struct round *r = context;
	struct refile *f = &r->reading[i];

	while (!r->failed && w->pid == 0) {
		enum walk_status st = walk_next(&r->walk);

		if (st == WALK_END)
			return false;
		snprintf(f->path, sizeof(f->path), "%s", r->walk.path);
		if (st == WALK_ERROR)
			tell_unreadable(r, *f->path ? f->path : ".", r->walk.why);
		else if (st == WALK_OTHER || !named_parse(f->path, &f->named))
			tell_other(r, f->path, "it is no archived file: left alone");
		else
			start_file(r, f, w);
	}
	return !r->failed;
}

/* ---- into the index ---- */

static bool commit(struct round *r)
{
	bool any = r->added > 0;

	r->added = 0;
	return !any || store_commit(r->r->depot->store);
}

/* Opens a transaction with the first file, and ends it with the last of so many. */
static bool add(struct round *r, const struct store_file *row)
{
	struct store *store = r->r->depot->store;
	int64_t id;

	if (r->added == 0 && !store_begin(store))
		return false;
	r->added++;
	return store_add(store, row, &id) && (r->added < TOGETHER || commit(r));
}

static void ended(void *context, unsigned i, const struct report *report, const uint8_t *profile,
    const uint8_t *frames)
{
	struct round *r = context;
	const struct refile *f = &r->reading[i];
	struct store_file row;
	const char *why = refile_end(f, report, profile, frames, &row);

	if (why) {
		tell_unreadable(r, f->path, why);
		return;
	}
	if (!add(r, &row)) {
		fail(r, f->path, store_reason(r->r->depot->store));
		return;
	}
	r->r->files++;
	r->r->stored += report->stored;
}

bool rebuild_run(struct rebuild *r)
{
	static struct round round;
	struct crew crew = {.at_once = processors_online(CREW_MAX),
	    .context = &round,
	    .start = start,
	    .ended = ended};

	round = (struct round){.r = r};
	r->files = r->stored = r->unreadable = r->others = 0;
	if (!walk_begin(&round.walk, r->depot->dir))
		return fail(&round, r->depot->path, strerror(errno));
	if (!crew_run(&crew))
		fail(&round, "", strerror(errno));
	walk_end(&round.walk);
	if (!round.failed && !commit(&round))
		fail(&round, "", store_reason(r->depot->store));
	if (!round.failed && !depot_replace_index(r->depot))
		fail(&round, INDEXFILE_NEW, strerror(errno));
	return !round.failed;
}
