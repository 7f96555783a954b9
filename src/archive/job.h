/* job: what a worker does with the files it was given.
 *
 * To be run in a process that is locked in: the files may be anything. Refuses to open, to name and
 * to publish files, and to send what it has found. */
#ifndef ARCHIVE_JOB_H
#define ARCHIVE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/pack.h"
#include "archive/report.h"

enum job_kind {
	JOB_PACK,   /* archived becomes the archived file of capture */
	JOB_DIGEST, /* of capture, an archived file: facts.bytes, sha256; reason: of its metadata */
	JOB_RECALL, /* of capture, an archived file that is compressed: what it says of itself */
	JOB_SCAN    /* of capture, an archived file that is not compressed: what JOB_PACK finds */
};

struct job {
	enum job_kind kind;
	int capture; /* descriptors; the caller's */

	/* JOB_PACK; names JOB_SCAN, too */
	int archived;
	int orphan; /* a file that has the new one's name and is in no index; -1: none */
	int level;  /* of zstd; PACK_PLAIN */
	struct pack_names names;

	/* JOB_DIGEST */
	bool compressed;
	uint64_t most; /* bytes; what is longer is not read to its end */
};

/* The report, which is zero at first, and the columns behind it, allocated. */
void job_run(const struct job *job, struct report *r, uint8_t **columns);

#endif
