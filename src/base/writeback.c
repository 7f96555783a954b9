/* writeback: see writeback.h. */
#include "base/writeback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#ifndef DISK_STEP /* to be measured with others */
#define DISK_STEP (8u << 20)
#endif

/* Some filesystems cannot do it: then everything is left to the sync. */
static bool write_step(struct writeback *w, int fd, uint64_t at, unsigned how)
{
	int r, why;

	do
		r = sync_file_range(fd, (off_t)at, DISK_STEP, how);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return true;
	why = errno;
	if (why == EIO || why == ENOSPC || why == EDQUOT)
		w->error = why;
	w->at = UINT64_MAX;
	return false;
}

/* A process that reads the growing file sees no difference: the data come from the page cache or
 * from the disk. */
static void go_on(struct writeback *w, int fd, uint64_t end)
{
	while (w->at <= end && end - w->at >= DISK_STEP) {
		uint64_t at = w->at, before = at - DISK_STEP;

		if (!write_step(w, fd, at, SYNC_FILE_RANGE_WRITE))
			return;
		if (at > 0) {
			if (!write_step(w, fd, before,
				SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				    SYNC_FILE_RANGE_WAIT_AFTER))
				return;
			posix_fadvise(fd, (off_t)before, DISK_STEP, POSIX_FADV_DONTNEED);
		}
		w->at = at + DISK_STEP;
	}
}

void writeback_go_on(struct writeback *w, int fd, uint64_t end)
{
	int was = errno;

	go_on(w, fd, end);
	errno = was;
}
