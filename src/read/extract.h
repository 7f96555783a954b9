/* extract: takes the packets that are wanted out of one capture, and tells them as pieces.
 *
 * Runs in a process that is confined (daemon/process), reads one file, and is asked by nobody but
 * itself which packets these are: those in the range of time that the filter lets through. Blocks
 * that packets behind them may need (names, secrets) go along. Refuses to choose files, and to
 * merge. */
#ifndef READ_EXTRACT_H
#define READ_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/cut.h"
#include "read/filters.h"

struct extract_task {
	/* An archived capture, with the column of the index that tells its frames. */
	bool archived, compressed;
	const void *column;
	size_t column_len;
	struct cut_part part; /* frames whose packets are told; zero: all */

	bool recording; /* it grows: that may be inside a record where it ends */
	uint64_t end;   /* of what is not archived: nothing is read behind it; else UINT64_MAX */
	bool follow;    /* it is read on whenever a byte says so: EXTRACT_MORE, EXTRACT_LAST */

	uint64_t skip;   /* packets that begin before this offset are passed over */
	bool everything; /* no limits of time: packets without one, too */
	int64_t from, to;
	struct filters *filters; /* for other link types than it has, one is asked for */
};

/* What a process that follows a recording is told after PIECE_PAUSE. */
enum {
	EXTRACT_MORE = 'm', /* look again */
	EXTRACT_LAST = 'l'  /* the recording has ended: read it to its end */
};

/* task: a struct extract_task. The capture is PROCESS_FILES. Returns when it is done. */
void extract(void *task);

#endif
