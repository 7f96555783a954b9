/* rebuild: see rebuild.h. */
#include "archive/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/walk.h"
#include "base/processors.h"

#define SUFFIX ".zst"

/* A file that a worker reads. */
struct reading {
	char path[DEPOT_PATH_MAX];
	bool compressed;
	struct report_names names; /* of one that is not */
};

struct round {
	struct rebuild *r;
	struct walk walk;
	struct reading reading[CREW_MAX];
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

/* Whether a file is named like an archived one. */
static bool parse_path(struct reading *f, struct capname *parts)
{
	const char *slash = strrchr(f->path, '/');
	char name[CAPNAME_MAX + sizeof(SUFFIX)];
	size_t len;

	len = (size_t)snprintf(name, sizeof(name), "%s", slash ? slash + 1 : f->path);
	if (len >= sizeof(name))
		return false;
	f->compressed = len > strlen(SUFFIX) && strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
	if (f->compressed)
		name[len -= strlen(SUFFIX)] = '\0';
	if (len >= sizeof(f->names.name) || !capname_parse(name, parts))
		return false;
	memcpy(f->names.name, name, len + 1);
	return true;
}

static bool start_file(
    struct round *r, struct reading *f, const struct capname *parts, struct worker *w)
{
	int fd = depot_file(r->r->depot, f->path);
	struct stat st;
	struct job job;
	bool ok = true;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		tell_unreadable(r, f->path, fd < 0 ? strerror(errno) : "it is no regular file");
		if (fd >= 0)
			close(fd);
		return true;
	}
	config_owner(r->r->config, parts->stem, f->names.client, f->names.address);
	f->names.ended = st.st_mtim.tv_sec;
	f->names.archived = st.st_ctim.tv_sec;
	job = (struct job){.kind = f->compressed ? JOB_RECALL : JOB_SCAN,
	    .capture = fd,
	    .archived = -1,
	    .orphan = -1,
	    .names = {.kind = parts->kind}};
	if (!worker_start(w, &job))
		ok = fail(r, "no process can be started", strerror(errno));
	close(fd);
	return ok;
}

static bool start(void *context, unsigned i, struct worker *w)
{
	struct round *r = context;
	struct reading *f = &r->reading[i];
	struct capname parts;

	while (!r->failed && w->pid == 0) {
		enum walk_status st = walk_next(&r->walk);

		if (st == WALK_END)
			return false;
		snprintf(f->path, sizeof(f->path), "%s", r->walk.path);
		if (st == WALK_ERROR)
			fail(r, f->path, r->walk.why);
		else if (st == WALK_OTHER || !parse_path(f, &parts))
			tell_other(r, f->path, "it is no archived file: left alone");
		else
			start_file(r, f, &parts, w);
	}
	return !r->failed;
}

/* ---- into the index ---- */

/* What a worker has read may be anything: names must be such that the archive could have given
 * them. */
static bool names_are_possible(const struct report_names *n)
{
	struct capname parts;
	struct addr address;

	return n->client[0] && capname_parse(n->name, &parts) &&
	       strncmp(parts.stem, n->client, strlen(n->client)) == 0 &&
	       (!n->address[0] || addr_parse(n->address, &address));
}

static void ended(void *context, unsigned i, const struct report *report, const uint8_t *profile,
    const uint8_t *frames)
{
	struct round *r = context;
	const struct reading *f = &r->reading[i];
	const struct report_names *names = f->compressed && report ? &report->names : &f->names;
	struct store_file row;
	int64_t id;

	if (!report || !report->ok || !names_are_possible(names)) {
		tell_unreadable(r, f->path,
		    !report       ? "its worker failed"
		    : !report->ok ? report->reason
				  : "its metadata are damaged");
		return;
	}
	row = (struct store_file){.client = names->client,
	    .address = names->address,
	    .name = names->name,
	    .path = f->path,
	    .compressed = f->compressed,
	    .ended = names->ended,
	    .archived = names->archived,
	    .stored = report->stored,
	    .facts = &report->facts,
	    .sha256 = report->sha256,
	    .profile = profile,
	    .profile_len = report->profile_len,
	    .frames = frames,
	    .frames_len = report->frames_len};
	if (!store_add(r->r->depot->store, &row, &id)) {
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
	if (!round.failed && !depot_replace_index(r->depot))
		fail(&round, DEPOT_NEW_INDEX, strerror(errno));
	return !round.failed;
}
