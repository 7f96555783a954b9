/* space: see space.h. */
#include "archive/space.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/ownname.h"

#define BLOCK 512u /* st_blocks counts these */

/* An archived file, and what the index needs for it, have more. */
#define LEAST (64u << 10)

bool space_free(const struct depot *d, uint64_t *free, uint64_t *all)
{
	struct statvfs s;

	if (fstatvfs(d->dir, &s) < 0)
		return false;
	*free = (uint64_t)s.f_bavail * s.f_frsize;
	*all = (uint64_t)s.f_blocks * s.f_frsize;
	return true;
}

uint64_t space_in_work(const struct depot *d)
{
	int work = openat(d->dir, OWNNAME_WORK, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = work < 0 ? NULL : fdopendir(work);
	uint64_t bytes = 0;
	struct dirent *e;
	struct stat st;

	if (!list) {
		if (work >= 0)
			close(work);
		return 0;
	}
	while ((e = readdir(list)))
		if (fstatat(work, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_blocks * BLOCK;
	closedir(list);
	return bytes;
}

bool space_is_full(const struct depot *d)
{
	uint64_t free, all;

	return space_free(d, &free, &all) && free < LEAST;
}

bool space_stays_full(const struct depot *d)
{
	uint64_t free, all;

	return space_free(d, &free, &all) && free + space_in_work(d) < LEAST;
}
