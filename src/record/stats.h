/* stats: what one child has received and stored.
 *
 * Lives in a page shared with the master, one a slot: the child alone writes, the master only
 * reads and believes nothing (it prints, it never computes sizes or indexes from it). */
#ifndef RECORD_STATS_H
#define RECORD_STATS_H

#include <stddef.h>
#include <stdint.h>

struct stats {
	uint64_t frames;     /* whole frames, link headers too */
	uint64_t packets;    /* accepted */
	uint64_t bytes;      /* payload bytes of accepted frames */
	uint64_t files;      /* opened so far */
	uint64_t file_bytes; /* whole records in the current file, 0: none is open */
	uint64_t waiting;    /* there is no room on the disk */
	uint64_t cut;        /* packets that were cut to max-snaplen */
};

#define STATS_TEXT_MAX 128

/* "packets=… bytes=… files=…", and " cut=…" when there were any. */
const char *stats_format(const struct stats *s, char out[STATS_TEXT_MAX]);

#endif
