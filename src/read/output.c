/* output: see output.h. */
#include "read/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

#define MODE 0640 /* packets are nothing for everybody */

static bool is_read(const struct catalog *c, const struct stat *st)
{
	for (size_t i = 0; i < c->loose.n; i++)
		if (io_same_file(&c->loose.v[i].st, st))
			return true;
	return false;
}

static const char *prepare(int fd, const struct catalog *c)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is no regular file: use standard output";
	if (is_read(c, &st))
		return "is a capture that is to be read";
	return ftruncate(fd, 0) < 0 ? strerror(errno) : NULL;
}

int output_open(const char *path, const struct catalog *c, struct tell *tell)
{
	/* a FIFO without a reader would block for ever, or be an error */
	int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, MODE);
	const char *why = fd < 0 ? strerror(errno) : prepare(fd, c);

	if (!why)
		return fd;
	tell_error(tell, "%s: %s", path, why);
	if (fd >= 0)
		close(fd);
	return -1;
}

bool output_close(int fd, const char *path, struct tell *tell)
{
	if (close(fd) == 0)
		return true;
	tell_error(tell, "%s: %s", path, strerror(errno));
	return false;
}
