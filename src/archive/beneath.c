/* beneath: see beneath.h. */
#include "archive/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* Its entry must be on the disk before what lies in it; what could not be synced is made again the
 * next time. -1 with errno. */
static int make_directory(int above, const char *name)
{
	bool made = mkdirat(above, name, 0750) == 0;

	if (!made && errno != EEXIST)
		return -1;
	if (made && fsync(above) < 0) {
		int why = errno;

		unlinkat(above, name, AT_REMOVEDIR);
		errno = why;
		return -1;
	}
	return openat(above, name, DIRECTORY | O_NOFOLLOW);
}

int beneath_directory(int top, const char *path, bool create)
{
	int at = openat(top, ".", DIRECTORY);
	char part[NAME_MAX + 1];
	size_t len;

	for (; at >= 0 && path[len = strcspn(path, "/")] == '/'; path += len + 1) {
		int below, why;

		if (snprintf(part, sizeof(part), "%.*s", (int)len, path) >= (int)sizeof(part)) {
			close(at);
			errno = ENAMETOOLONG;
			return -1;
		}
		below = openat(at, part, DIRECTORY | O_NOFOLLOW);
		if (below < 0 && errno == ENOENT && create)
			below = make_directory(at, part);
		why = errno;
		close(at);
		errno = why;
		at = below;
	}
	return at;
}

const char *beneath_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool beneath_lacks(int dir, const char *path)
{
	int directory = beneath_directory(dir, path, false);
	struct stat st;
	bool lacks;

	if (directory < 0)
		return false;
	lacks =
	    fstatat(directory, beneath_name(path), &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
	close(directory);
	return lacks;
}
