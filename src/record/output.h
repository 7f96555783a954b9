/* output: what was accepted of a stream, into files: one after another, each beginning with the
 * head of its section; closes a file whose time (capture/rotate) or size is over;
 * record/capfile publishes it.
 *
 * All that was accepted is in the file after a flush, and after an error only whole records are. A
 * file that somebody has deleted or moved away is given up, and another one begun.
 * On a full disk the event wait_for_room waits, or says to give up, or that storing has ended.
 * Refuses to know frames, and leaves it to its caller to say what belongs to a section. */
#ifndef RECORD_OUTPUT_H
#define RECORD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "capture/accept.h"
#include "record/capfile.h"
#include "record/filehead.h"
#include "record/recording.h"
#include "record/stats.h"

/* What was accepted of the current buffer and is not yet in the file, compacted at its beginning:
 * payloads are moved down over the frame headers, so that one write takes them all. */
struct pending {
	uint8_t *buffer;
	uint8_t *data; /* buffer, or further up after a write that was not whole */
	size_t len;
	size_t needed; /* bytes of blocks among them that every later file needs */
	uint64_t packets;
};

struct output {
	struct recorder_settings set;
	struct recorder_events on;
	struct stats *stats; /* written for others to read; not owned */

	struct accept accept; /* the section that is being stored */
	struct filehead head;
	struct capfile file;
	uint64_t file_empty; /* its size when it held no more than its head */
	uint64_t file_packets;
	bool file_torn; /* it ends within a record: not to be published as it is */
	struct rotate_period period;
	time_t looked;   /* when it was last asked whether the file still is where it was created */
	unsigned number; /* next to try in this second */
	time_t number_of;
	unsigned attempts; /* to write since the disk was found full; 0: it is not */
	bool doubtful; /* of what was accepted something is not known to be in a published file */
	bool dropping; /* storing has ended while there was no room */
	uint64_t dropped; /* records that waited for room when it did, the last time */
	char reason[ACCEPT_REASON_MAX]; /* of an error */
};

static inline bool output_is_open(const struct output *o)
{
	return o->file.fd >= 0;
}

enum recorder_status output_open(struct output *o, time_t now);

/* Publishes the current file, if there is one; removes it when nothing came of it. */
void output_close(struct output *o, const char *why);

/* Writes what is pending, and closes the file. Another section begins, with that head. */
enum recorder_status output_begin(struct output *o, struct pending *p, const uint8_t *head,
    size_t len, const struct accept *next, time_t now);

/* Everything pending goes into the file. */
enum recorder_status output_flush(struct output *o, struct pending *p, time_t now);

/* Flushes and publishes when the current file's time is over, or its size with `more` bytes. */
enum recorder_status output_rotate(struct output *o, struct pending *p, size_t more, time_t now);

/* Adds what later packets need of accepted data to the head. */
enum recorder_status output_keep(struct output *o, const uint8_t *data, size_t len);

/* The section goes on in another file, in whose head interface 0 has max_snaplen. */
enum recorder_status output_lower(struct output *o, struct pending *p, time_t now);

/* How many more bytes may be added without asking anything but the form of records: 0 when there is
 * no file, or its time is over. */
uint64_t output_room(const struct output *o, const struct pending *p, time_t now);

#endif
