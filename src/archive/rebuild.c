/* rebuild: see rebuild.h. */
#include "archive/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/named.h"
#include "archive/walk.h"
#include "base/processors.h"
#include "record/capfile.h"

/* Files that one commit puts into the index. */
#define TOGETHER 256

/* A file that a worker reads. */
struct reading {
	char path[DEPOT_PATH_MAX];
	struct named named;
	struct report_names names; /* of one that is not compressed */
	uint64_t stored;
};

struct round {
	struct rebuild *r;
	struct walk walk;
	struct reading reading[CREW_MAX];
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

/* What the archive would have made of the name of a capture that is not compressed. */
static void name(const struct config *c, struct reading *f, const struct stat *st)
{
	struct report_names *n = &f->names;

	memcpy(n->name, f->named.name, sizeof(n->name));
	config_owner(c, f->named.parts.stem, n->client, n->address);
	n->ended = st->st_mtim.tv_sec;
	n->archived = st->st_ctim.tv_sec;
}

static const char *why_not(int error)
{
	return error == ELOOP || error == ENOTDIR ? "it is no regular file" : strerror(error);
}

static bool start_file(struct round *r, struct reading *f, struct worker *w)
{
	int fd = depot_file(r->r->depot, f->path);
	struct stat st;
	struct job job;
	bool ok = true;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		tell_unreadable(r, f->path, fd < 0 ? why_not(errno) : why_not(ELOOP));
		if (fd >= 0)
			close(fd);
		return true;
	}
	if (st.st_mode & CAPFILE_MARK) {
		tell_other(r, f->path, "it is being recorded, or waits for repair: left alone");
		close(fd);
		return true;
	}
	name(r->r->config, f, &st);
	f->stored = (uint64_t)st.st_size;
	job = (struct job){.kind = f->named.compressed ? JOB_RECALL : JOB_SCAN,
	    .capture = fd,
	    .archived = -1,
	    .orphan = -1,
	    .names = {.kind = f->named.parts.kind}};
	if (!worker_start(w, &job))
		ok = fail(r, "no process can be started", strerror(errno));
	close(fd);
	return ok;
}

static bool start(void *context, unsigned i, struct worker *w)
{
	struct round *r = context;
	struct reading *f = &r->reading[i];

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
	const struct reading *f = &r->reading[i];
	const struct report_names *names =
	    f->named.compressed && report ? &report->names : &f->names;
	struct store_file row;

	/* What a worker has read may be anything. */
	if (!report || !report->ok || report->stored != f->stored ||
	    !named_agrees(&f->named, names->client, names->address, names->name)) {
		tell_unreadable(r, f->path,
		    !report                       ? "its worker failed"
		    : !report->ok                 ? report->reason
		    : report->stored != f->stored ? "it has changed while it was read"
		    : !f->named.compressed        ? "no client can be called so"
						  : "its metadata are of another file");
		return;
	}
	row = (struct store_file){.client = names->client,
	    .address = names->address,
	    .name = names->name,
	    .path = f->path,
	    .compressed = f->named.compressed,
	    .ended = names->ended,
	    .archived = names->archived,
	    .stored = report->stored,
	    .facts = &report->facts,
	    .sha256 = report->sha256,
	    .profile = profile,
	    .profile_len = report->profile_len,
	    .frames = frames,
	    .frames_len = report->frames_len};
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
		fail(&round, DEPOT_NEW_INDEX, strerror(errno));
	return !round.failed;
}
