/* verify: see verify.h. */
#include "archive/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/processors.h"

/* A file that a worker reads, and what the index says of it. */
struct reading {
	char client[CAPNAME_STEM_MAX], path[DEPOT_PATH_MAX];
	uint64_t bytes;
	uint8_t sha256[METADATA_SHA256];
};

struct round {
	struct verify *v;
	int64_t last; /* id of the file that was looked at last */
	struct reading reading[CREW_MAX];
	bool failed;
};

static void tell(struct verify *v, const struct reading *f, const char *what)
{
	v->wrong++;
	v->tell(v->context, f->client, f->path, what);
}

static bool fail(struct round *r, const char *why)
{
	snprintf(r->v->reason, sizeof(r->v->reason), "%s", why);
	r->failed = true;
	return false;
}

/* The file, when it is one and has its size; else -1, and the difference was told. */
static int open_file(struct round *r, const struct reading *f, uint64_t stored)
{
	struct verify *v = r->v;
	int fd = depot_file(v->depot, f->path);
	struct stat st = {0};
	char what[100];
	bool indexed;

	if (fd < 0 && errno == ENOENT) {
		/* retention may have deleted it since */
		if (!store_has_path(v->depot->store, f->path, &indexed))
			fail(r, store_reason(v->depot->store));
		else if (indexed)
			tell(v, f, "it is missing");
		return -1;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		snprintf(what, sizeof(what), "%s",
		    errno == ELOOP ? "it is no regular file" : strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(what, sizeof(what), "it is no regular file");
	else if ((uint64_t)st.st_size != stored)
		snprintf(what, sizeof(what), "it has %lld bytes instead of %" PRIu64,
		    (long long)st.st_size, stored);
	else
		return fd;
	tell(v, f, what);
	if (fd >= 0)
		close(fd);
	return -1;
}

static void remember(struct reading *f, const struct store_row *row)
{
	snprintf(f->client, sizeof(f->client), "%s", row->client);
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
	else
		return;
	tell(r->v, f, what);
}

bool verify_run(struct verify *v)
{
	static struct round r;
	struct crew crew = {
	    .at_once = processors_online(CREW_MAX), .context = &r, .start = start, .ended = ended};

	r = (struct round){.v = v};
	v->files = v->bytes = v->wrong = 0;
	if (!crew_run(&crew))
		fail(&r, strerror(errno));
	return !r.failed;
}
