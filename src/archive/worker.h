/* worker: the process that does one job with one file, and how the master hears of it.
 *
 * It has the files of the job and a channel, and can reach nothing else. Refuses to open, to name
 * and to publish: the master does. */
#ifndef ARCHIVE_WORKER_H
#define ARCHIVE_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "archive/job.h"
#include "archive/report.h"

struct worker {
	pid_t pid;   /* 0: there is none */
	int channel; /* to poll for reading */
	bool killed;
	int64_t due;          /* monotonic ms: it should have ended by then */
	uint64_t most_frames; /* that it can report: no more memory is made */
	/* What has come of the report. */
	uint8_t *bytes;
	size_t have;
};

/* False with errno. */
bool worker_start(struct worker *w, const struct job *job);

enum worker_status {
	WORKER_MORE,
	WORKER_DONE,  /* *out is checked, and columns lead into w->bytes until worker_end() */
	WORKER_FAILED /* it has ended without a sound report */
};

/* It works, or makes believe that it does, for longer than its files can need. */
bool worker_is_late(const struct worker *w, int64_t now_ms);

/* When the channel is readable. Does not wait. */
enum worker_status worker_read(
    struct worker *w, struct report *out, const uint8_t **profile, const uint8_t **frames);

/* Does not wait: the channel is hung up when it has ended. */
void worker_kill(struct worker *w);

/* Kills it when it still runs, and waits a while for its end: what it had open is written no more.
 * What it has reported stays. False: it hangs in the kernel, and is reaped when it has ended. */
bool worker_stop(struct worker *w);

/* The same, and its report goes. */
void worker_end(struct worker *w);

#endif
