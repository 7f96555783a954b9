/* verify: see verify.h. */
#include "archive/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/claim.h"
#include "base/io.h"
#include "base/processors.h"

/* Retention needs no longer from a file's removal to the commit that says so. */
#define COMMITTED_MS 10000
#define LOOK_MS      100

/* Missing files that are remembered until the index is asked again. */
#define MISSING_MAX 65536

/* A file that a worker reads, and what the index says of it. */
struct reading {
	int64_t id;
	char path[DEPOT_PATH_MAX];
	uint64_t bytes;
	uint8_t sha256[METADATA_SHA256];
};

struct round {
	struct verify *v;
	int64_t last; /* id of the file that was looked at last */
	struct reading reading[CREW_MAX];
	int64_t missing[MISSING_MAX]; /* ids */
	unsigned nmissing;
	int64_t committed; /* monotonic ms: what was missing until now is out of the index then */
	bool failed;
};

static bool fail(struct round *r, const char *why)
{
	snprintf(r->v->reason, sizeof(r->v->reason), "%s", why);
	r->failed = true;
	return false;
}

/* Whether the index still has it. */
static bool is_indexed(struct round *r, int64_t id, struct store_row *row)
{
	struct store *store = r->v->depot->store;

	if (store_get(store, id, false, row))
		return true;
	if (store_reason(store)[0])
		fail(r, store_reason(store));
	return false;
}

static void tell(struct round *r, int64_t id, const char *what)
{
	struct store_row row;

	if (!is_indexed(r, id, &row))
		return;
	r->v->wrong++;
	r->v->tell(r->v->context, row.client, row.path, what);
	store_rest(r->v->depot->store);
}

/* ---- files that are missing ---- */

/* Forgets those that are out of the index. */
static void sift_missing(struct round *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->nmissing && !r->failed; i++) {
		struct store_row row;

		if (is_indexed(r, r->missing[i], &row))
			r->missing[n++] = r->missing[i];
	}
	r->nmissing = n;
	store_rest(r->v->depot->store); /* it is waited for more */
}

static void tell_missing(struct round *r)
{
	sift_missing(r);
	while (r->nmissing > 0 && !r->failed && io_monotonic_ms() < r->committed &&
	       claim_is_taken(r->v->depot->dir)) {
		poll(NULL, 0, LOOK_MS);
		sift_missing(r);
	}
	for (unsigned i = 0; i < r->nmissing && !r->failed; i++)
		tell(r, r->missing[i], "it is missing");
	r->nmissing = 0;
}

static void note_missing(struct round *r, int64_t id)
{
	r->missing[r->nmissing++] = id;
	r->committed = io_monotonic_ms() + COMMITTED_MS;
	if (r->nmissing == MISSING_MAX)
		tell_missing(r);
}

/* ---- files that are there ---- */

/* The file, when it is one and has its size; else -1, and the difference was told. */
static int open_file(struct round *r, const struct reading *f, uint64_t stored)
{
	int fd = depot_file(r->v->depot, f->path);
	struct stat st = {0};
	char what[100];

	if (fd < 0 && errno == ENOENT) {
		note_missing(r, f->id);
		return -1;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		snprintf(what, sizeof(what), "%s",
		    errno == ELOOP     ? "it is no regular file"
		    : errno == ENOTDIR ? "what should be its directory is none"
				       : strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(what, sizeof(what), "it is no regular file");
	else if ((uint64_t)st.st_size != stored)
		snprintf(what, sizeof(what), "it has %lld bytes instead of %" PRIu64,
		    (long long)st.st_size, stored);
	else
		return fd;
	tell(r, f->id, what);
	if (fd >= 0)
		close(fd);
	return -1;
}

static void remember(struct reading *f, const struct store_row *row)
{
	f->id = row->id;
	snprintf(f->path, sizeof(f->path), "%s", row->path);
	f->bytes = row->bytes;
	memcpy(f->sha256, row->sha256, sizeof(f->sha256));
}

static bool start(void *context, unsigned i, struct worker *w)
{
	struct round *r = context;
	struct store *store = r->v->depot->store;
	struct store_row row;

	while (!r->failed && store_next_file(store, r->last, r->v->since, &row)) {
		struct reading *f = &r->reading[i];
		struct job job = {.kind = JOB_DIGEST,
		    .compressed = row.compressed,
		    .most = row.bytes,
		    .archived = -1,
		    .orphan = -1};
		bool ok;

		r->last = row.id;
		remember(f, &row);
		store_rest(store); /* a worker may take hours */
		job.capture = open_file(r, f, row.stored);
		if (job.capture < 0)
			continue;
		ok = worker_start(w, &job);
		if (!ok)
			fail(r, strerror(errno));
		close(job.capture);
		return ok;
	}
	if (!r->failed && store_reason(store)[0])
		fail(r, store_reason(store));
	return false;
}

static void ended(void *context, unsigned i, const struct report *report, const uint8_t *profile,
    const uint8_t *frames)
{
	struct round *r = context;
	const struct reading *f = &r->reading[i];
	char what[100 + PACK_REASON_MAX];

	(void)profile;
	(void)frames;
	r->v->files++;
	if (report)
		r->v->bytes += report->facts.bytes;
	if (!report)
		snprintf(what, sizeof(what), "its worker failed");
	else if (!report->ok)
		snprintf(what, sizeof(what), "it cannot be read: %s", report->reason);
	else if (report->facts.bytes > f->bytes)
		snprintf(
		    what, sizeof(what), "its capture is longer than %" PRIu64 " bytes", f->bytes);
	else if (report->facts.bytes < f->bytes)
		snprintf(what, sizeof(what),
		    "its capture has %" PRIu64 " bytes instead of %" PRIu64, report->facts.bytes,
		    f->bytes);
	else if (memcmp(report->sha256, f->sha256, sizeof(f->sha256)) != 0)
		snprintf(what, sizeof(what), "its capture has another SHA-256");
	else if (report->reason[0])
		snprintf(what, sizeof(what), "%s; its capture is sound", report->reason);
	else
		return;
	tell(r, f->id, what);
}

bool verify_run(struct verify *v)
{
	static struct round r;
	struct crew crew = {
	    .at_once = processors_online(CREW_MAX), .context = &r, .start = start, .ended = ended};

	memset(&r, 0, sizeof(r)); /* too large for a literal */
	r.v = v;
	v->files = v->bytes = v->wrong = 0;
	if (!crew_run(&crew))
		fail(&r, strerror(errno));
	tell_missing(&r);
	return !r.failed;
}
