/* job: see job.h. */
#include "archive/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/digest.h"
#include "archive/recall.h"

static void fail(struct report *r, const char *what, const char *why)
{
	r->ok = false;
	r->profile_len = r->frames_len = 0;
	snprintf(r->reason, sizeof(r->reason), "%s%s", what, why);
}

static void add_columns(
    struct report *r, const struct profile *p, const struct frames *f, uint8_t **columns)
{
	if (!r->ok)
		return;
	if (f->n > REPORT_COLUMNS_MAX / FRAMES_ENTRY - PROFILE_STEPS) {
		fail(r, "the capture has too many frames", "");
		return;
	}
	r->profile_len = (uint32_t)profile_size(p);
	r->frames_len = (uint32_t)(f->n * FRAMES_ENTRY);
	*columns = malloc((size_t)r->profile_len + r->frames_len + 1);
	if (!*columns) {
		fail(r, "there is no memory for the report", "");
		return;
	}
	profile_write(p, *columns);
	frames_write_entries(f, *columns + r->profile_len);
}

/* Whether the orphan holds this capture. It may be anything: no more of it is read than that has.
 */
static bool is_orphan(const struct job *job, const struct pack_result *packed)
{
	uint64_t bytes = packed->summary.facts.bytes;
	char why[DIGEST_WHY_MAX];
	struct digest d;

	return job->orphan >= 0 && digest(job->orphan, job->level != PACK_PLAIN, bytes, &d, why) &&
	       d.bytes == bytes && memcmp(d.sha256, packed->sha256, sizeof(d.sha256)) == 0;
}

static void run_pack(const struct job *job, struct report *r, uint8_t **columns)
{
	static struct pack_result packed;
	bool scan = job->kind == JOB_SCAN;

	r->ok = pack(job->capture, scan ? -1 : job->archived, scan ? PACK_PLAIN : job->level,
	    &job->names, &packed, r->reason);
	r->facts = packed.summary.facts;
	r->stored = packed.stored;
	memcpy(r->sha256, packed.sha256, sizeof(r->sha256));
	add_columns(r, &packed.summary.profile, &packed.frames, columns);
	if (r->ok && !scan)
		r->known = is_orphan(job, &packed);
	pack_free(&packed);
}

/* What keeps the metadata of a file whose capture is this one from being read again; "": nothing.
 */
static void check_metadata(const struct job *job, const struct digest *d, struct report *r)
{
	static struct metaread m;
	char why[RECALL_WHY_MAX];

	if (!recall(job->capture, &m, &r->stored, why)) {
		snprintf(r->reason, sizeof(r->reason), "%s", why);
		return;
	}
	if (m.summary.facts.bytes != d->bytes || memcmp(m.sha256, d->sha256, sizeof(m.sha256)) != 0)
		snprintf(r->reason, sizeof(r->reason), "its metadata are of another capture");
	metaread_free(&m);
}

static void run_digest(const struct job *job, struct report *r)
{
	char why[DIGEST_WHY_MAX];
	struct digest d;

	r->facts.kind = FORMAT_PCAP; /* nobody asks */
	r->ok = digest(job->capture, job->compressed, job->most, &d, why);
	r->facts.bytes = d.bytes;
	memcpy(r->sha256, d.sha256, sizeof(r->sha256));
	if (!r->ok)
		fail(r, "", why);
	else if (job->compressed && d.bytes == job->most)
		check_metadata(job, &d, r);
}

static void run_recall(const struct job *job, struct report *r, uint8_t **columns)
{
	static struct metaread m;
	char why[RECALL_WHY_MAX];

	r->facts.kind = FORMAT_PCAP;
	r->ok = recall(job->capture, &m, &r->stored, why);
	if (!r->ok) {
		fail(r, "", why);
		return;
	}
	r->facts = m.summary.facts;
	memcpy(r->sha256, m.sha256, sizeof(r->sha256));
	memcpy(r->names.client, m.client, sizeof(m.client));
	memcpy(r->names.address, m.address, sizeof(m.address));
	memcpy(r->names.name, m.name, sizeof(m.name));
	r->names.ended = m.ended;
	r->names.archived = m.archived;
	add_columns(r, &m.summary.profile, &m.frames, columns);
	metaread_free(&m);
}

void job_run(const struct job *job, struct report *r, uint8_t **columns)
{
	switch (job->kind) {
	case JOB_PACK:
	case JOB_SCAN:
		run_pack(job, r, columns);
		break;
	case JOB_DIGEST:
		run_digest(job, r);
		break;
	case JOB_RECALL:
		run_recall(job, r, columns);
		break;
	}
}
