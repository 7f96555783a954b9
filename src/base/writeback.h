/* writeback: a file that grows goes to the disk in steps while it is written.
 *
 * The disk writes the last full step, the one before it is waited for and dropped from the page
 * cache: the sync at the end has little left to do, nobody else's sync waits for a whole file, and
 * the cache keeps what others need. A file below one step is left to the sync. Refuses to sync, and
 * to write. Offsets are bytes. */
#ifndef BASE_WRITEBACK_H
#define BASE_WRITEBACK_H

#include <stdint.h>

struct writeback {   /* all zero at first */
	uint64_t at; /* where the next step begins; UINT64_MAX: none is made */
	/* errno of the disk, or 0. The kernel reports it only once, here: a sync of the file that
	 * follows succeeds, and what is in the file is worthless all the same. */
	int error;
};

/* The file has been written from its beginning to `end`. Leaves errno as it is. */
void writeback_go_on(struct writeback *w, int fd, uint64_t end);

#endif
