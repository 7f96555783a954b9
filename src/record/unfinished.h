/* unfinished: finishes one capture file whose writer died.
 *
 * Unfinished is a regular file of this user that is marked (capfile.h) and that no process has
 * locked. Its torn tail, the beginning of a record that was never written whole, is cut off; the
 * file is synced and published; one without packets is removed. What follows the whole records and
 * is not the beginning of one stays in the file: nothing is cut off that a crash does not leave.
 * Refuses to choose files by name, to know clients, and to log. Every file is hostile input: a
 * hijacked child may have written it. System calls are those that the sandbox of repair allows.
 * Lengths and offsets are bytes, errors are errno. */
#ifndef RECORD_UNFINISHED_H
#define RECORD_UNFINISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "record/capfile.h"

/* Bytes of the buffer that unfinished_finish() works in: more than any record that is written. */
#define UNFINISHED_BUFFER (256u * 1024)

struct unfinished {
	struct capfile file; /* fd: read only, locked; mode: as it was found, without the mark */
	uint64_t length;     /* when it was opened */
	/* set by unfinished_finish */
	uint64_t whole;   /* where its whole records end */
	uint64_t packets; /* in them */
	bool as_it_is;    /* what follows them is not the beginning of a record: nothing was cut */
	bool renamed;     /* published under another number: file.name is the new name */
};

enum unfinished_taken {
	UNFINISHED_TAKEN,    /* open and locked; unfinished_finish() comes next, and closes it */
	UNFINISHED_NOT,      /* nothing to finish, or it cannot be opened */
	UNFINISHED_RECORDED, /* locked: its writer lives */
	UNFINISHED_FOREIGN   /* unfinished, but of another user */
};

/* Opens and locks the file `name` (of fewer than CAPNAME_MAX bytes) in the directory `base` if it
 * is unfinished. */
enum unfinished_taken unfinished_take(struct unfinished *u, int base, const char *name);

enum unfinished_end {
	UNFINISHED_PUBLISHED,
	UNFINISHED_UNSYNCED, /* published, but it may not outlive a power failure */
	UNFINISHED_REMOVED,  /* there was no packet in it */
	/* Left as it was, marked, for the next attempt: it could not be */
	UNFINISHED_UNREAD,
	UNFINISHED_UNREMOVED,
	UNFINISHED_UNCUT,
	UNFINISHED_UNPUBLISHED
};

/* Measures, cuts, syncs and publishes into u->file.done with u->file.mode and u->file.may_link, set
 * by the caller after unfinished_take(). Closes the file in any case. buf: UNFINISHED_BUFFER bytes.
 * errno tells the reason of all ends but UNFINISHED_PUBLISHED and UNFINISHED_REMOVED. */
enum unfinished_end unfinished_finish(struct unfinished *u, uint8_t *buf);

#endif
