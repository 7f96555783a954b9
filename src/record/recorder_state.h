/* recorder_state: what the files of the recorder share. Types only. */
#ifndef RECORD_RECORDER_STATE_H
#define RECORD_RECORDER_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "filter/sift.h"
#include "record/output.h"

struct recorder {
	struct output out;
	struct stats *stats; /* written for others to read; not owned */
	bool has_header;     /* a link header was accepted */
	unsigned changes;    /* of it, in the minute that began at changes_since */
	time_t changes_since;
	uint64_t frames; /* whole frames so far; the one in error is frames + 1 */
	uint64_t offset; /* of the next frame in the stream */
	uint64_t lost;   /* accepted records that giving up on the disk has cost */
	bool cut_told;   /* of the first packet above max_snaplen */
	struct sift sift;
	char reason[ACCEPT_REASON_MAX];
};

#endif
