/* recording: how a stream is recorded, and what is told of it: for the recorder and its output, and
 * for their callers. Types only: recorder and output do the work. */
#ifndef RECORD_RECORDING_H
#define RECORD_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "capture/capname.h"
#include "capture/rotate.h"
#include "filter/table.h"

/* What may change while a stream is recorded. Of fixed sizes: it is also sent to a child. */
struct recorder_live {
	uint64_t max_file_size; /* 0: no limit */
	uint32_t max_snaplen;   /* longer packets are cut to it */
	uint32_t mode;
	uint32_t rotate_unit, rotate_mod; /* struct rotate */
	uint32_t store;                   /* 0: nothing is stored */
	uint32_t close_when_due;          /* 1: as in struct recorder_settings */
	uint64_t filter;                  /* number of its table; 0: none */
};

enum recorder_status {
	RECORDER_OK,
	RECORDER_PROTOCOL, /* the stream is refused: reason, frames and offset tell */
	RECORDER_STORAGE   /* the file cannot be written: reason tells */
};

/* After a wait for room on a full disk. */
enum recorder_room {
	ROOM_GIVE_UP,
	ROOM_TRY,     /* try again */
	ROOM_NO_STORE /* nothing is stored any more: what waits is dropped */
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
	/* Somebody has deleted the file or moved it away; it is closed, with so much in it. */
	void (*gone)(
	    void *context, const char *name, bool deleted, uint64_t packets, uint64_t bytes);
	/* No room (ENOSPC, EDQUOT): wait a while. attempt counts from 0. */
	enum recorder_room (*wait_for_room)(void *context, int error, unsigned attempt);
	void (*room_again)(void *context);
	/* The first packet was cut to this max_snaplen; caplen: what it was. */
	void (*cut)(void *context, uint32_t caplen);
};

struct recorder_settings {
	int base, done; /* directories; base -1: nothing is stored */
	bool may_link;  /* on publication, where a rename cannot do it */
	unsigned mode;
	uint32_t max_snaplen;   /* longer packets are cut to it */
	uint64_t max_file_size; /* 0: no limit */
	struct rotate rotate;
	bool close_when_due; /* a file whose time is over is published although no packet comes */
	unsigned header_changes_per_minute; /* 0: none are allowed */
	char stem[CAPNAME_STEM_MAX];
	rotate_clock *local;               /* localtime_r */
	const struct filter_table *filter; /* NULL: every packet stays */
};

#endif
