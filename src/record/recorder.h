/* recorder: bytes of the stream in, capture files out.
 *
 * Decodes frames, validates them, compacts the payloads in place and writes what a buffer held
 * with one call; decides on rotation. Knows no sockets and no clock: the time is an argument.
 * Everything that must be waited for or told goes through the events. */
#ifndef RECORDER_H
#define RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "record/capfile.h"
#include "capture/accept.h"
#include "capture/rotate.h"
#include "record/stats.h"

/* What every file of a section begins with: the link header, then the blocks in data that later
 * packets need (interfaces, decryption secrets). */
#define RECORDER_HEADER_MAX   (1u << 20)
#define RECORDER_HEADER_SMALL 256

enum recorder_status {
	RECORDER_OK,
	RECORDER_PROTOCOL, /* the stream is refused: reason, frames and offset tell */
	RECORDER_STORAGE   /* the file cannot be written: reason tells */
};

struct recorder_events {
	void *context;
	void (*header)(void *context); /* the first link header was accepted */
	void (*opened)(void *context, const char *name);
	/* why: as in the log; was: the name in base-path, if it was changed on publication, or NULL
	 */
	void (*published)(void *context, const char *name, const char *was, const char *why,
	    uint64_t packets, uint64_t bytes);
	/* Published, but it may not outlive a power failure; follows `published`. */
	void (*unsynced)(void *context, const char *name, int error);
	/* The file is whole but stays where it is, for repair to try again. */
	void (*unpublished)(void *context, const char *name, const char *why, int error);
	/* No room (ENOSPC, EDQUOT): wait a while; false: give up. attempt counts from 0. */
	bool (*wait_for_room)(void *context, int error, unsigned attempt);
	void (*room_again)(void *context);
	/* The first packet was cut to max_snaplen; caplen: what it was. */
	void (*cut)(void *context, uint32_t caplen);
};

struct recorder_settings {
	int base, done; /* directories; base -1: nothing is stored */
	unsigned mode;
	uint32_t max_snaplen;   /* longer packets are cut to it */
	uint64_t max_file_size; /* 0: no limit */
	struct rotate rotate;
	unsigned header_changes_per_minute; /* 0: none are allowed */
	char stem[CAPNAME_STEM_MAX];
	rotate_clock *local; /* localtime_r */
};

struct recorder {
	struct recorder_settings set;
	struct recorder_events on;
	struct stats *stats; /* written for others to read; not owned */

	bool has_header;
	struct accept accept;
	uint8_t small[RECORDER_HEADER_SMALL]; /* of the header, as long as it fits */
	uint8_t *large;                       /* else; NULL: it fits */
	size_t header_len, link_len;          /* all of it, and what the link header gave */
	/* Interface 0 has max_snaplen in the header instead of what it came with, because simple
	 * packets, whose captured length readers derive from it, were cut to it. */
	bool lowered;

	struct capfile file;
	uint64_t file_empty; /* its size when it held no more than its header */
	uint64_t file_packets;
	bool file_torn; /* it ends within a record: not to be published as it is */
	struct rotate_period period;
	unsigned number; /* next to try in this second */
	time_t number_of;

	unsigned attempts; /* to write since the disk was found full; 0: it is not */

	unsigned changes; /* of the link header, in the minute that began at changes_since */
	time_t changes_since;

	uint64_t frames; /* whole frames so far; the one in error is frames + 1 */
	uint64_t offset; /* of the next frame in the stream */
	uint64_t lost;   /* accepted records that giving up on the disk has cost */
	char reason[ACCEPT_REASON_MAX];
};

void recorder_init(struct recorder *r, const struct recorder_settings *settings,
    const struct recorder_events *events, struct stats *stats);

/* Takes the whole frames at the beginning of buf, which is overwritten; *used tells how many
 * bytes they were. All that was accepted is in the file when it returns, also with an error. */
enum recorder_status recorder_feed(
    struct recorder *r, uint8_t *buf, size_t len, time_t now, size_t *used);

/* Publishes the current file, if there is one; the next packet opens another. */
void recorder_close_file(struct recorder *r, const char *why);

/* Frees the memory; the file must be closed. */
void recorder_free(struct recorder *r);

#endif
