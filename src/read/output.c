/* output: see output.h. */
#include "read/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

#define MODE 0640 /* packets are nothing for everybody */

/* ---- what must not be written over ---- */

static bool is_directory(const char *path, const struct stat *st)
{
	struct stat other;

	return path && stat(path, &other) == 0 && io_same_file(&other, st);
}

/* Whether it is one in which captures are recorded, completed or archived. */
static bool is_kept(const struct config *c, const struct stat *st)
{
	if (is_directory(c->archive.path, st) || is_directory(c->storage.base_path, st) ||
	    is_directory(c->storage.completed_path, st))
		return true;
	for (size_t i = 0; i < c->nclients; i++)
		if (is_directory(c->clients[i].storage.base_path, st) ||
		    is_directory(c->clients[i].storage.completed_path, st))
			return true;
	return false;
}

/* Whether the directory or one above it is such a one, whatever names lead there. */
static bool is_within(const struct config *c, const char *directory)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	int fd = open(directory, flags), above;
	struct stat st, last = {0};
	bool found = false;

	while (fd >= 0 && !found && fstat(fd, &st) == 0 && !io_same_file(&st, &last)) {
		found = is_kept(c, &st);
		last = st;
		above = openat(fd, "..", flags);
		close(fd);
		fd = above;
	}
	if (fd >= 0)
		close(fd);
	return found;
}

/* path: without symbolic links at its end. */
static bool is_among_captures(const struct config *c, const char *path)
{
	char *copy = strdup(path);
	bool found = copy && is_within(c, dirname(copy));

	free(copy);
	return found;
}

static bool is_read(const struct catalog *c, const struct stat *st)
{
	for (size_t i = 0; i < c->loose.n; i++)
		if (io_same_file(&c->loose.v[i].st, st))
			return true;
	return false;
}

/* ---- opening ---- */

static const char kept[] = "is in a directory of captures: write elsewhere";
static const char not_regular[] = "is no regular file: use standard output";

static const char *refuse(const struct stat *st, const char *path, const struct catalog *c)
{
	if (!S_ISREG(st->st_mode))
		return not_regular;
	if (is_read(c, st))
		return "is a capture that is to be read";
	if (is_among_captures(c->config, path))
		return kept;
	if (st->st_nlink > 1) /* one of them may be in the archive */
		return "has another name as well, which would lose its content: remove it first";
	return NULL;
}

/* A file that is there: why it cannot be emptied, or NULL when it was. */
static const char *empty(int fd, const char *path, const struct catalog *c)
{
	char *real = realpath(path, NULL);
	const char *why = NULL;
	struct stat st;

	if (real && fstat(fd, &st) == 0)
		why = refuse(&st, real, c);
	else
		why = strerror(errno);
	if (!why && ftruncate(fd, 0) < 0)
		why = strerror(errno);
	free(real);
	return why;
}

/* What is refused leaves no file. */
static int create(const char *path, const struct catalog *c, const char **why)
{
	int fd = -1;

	if (is_among_captures(c->config, path)) {
		*why = kept;
		return -1;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOCTTY | O_CLOEXEC, MODE);
	if (fd < 0)
		*why =
		    errno == EEXIST ? "is a symbolic link that leads to no file" : strerror(errno);
	return fd;
}

int output_open(const char *path, const struct catalog *c, struct tell *tell)
{
	/* a FIFO without a reader would block for ever, or be an error */
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *why = NULL;

	if (fd >= 0)
		why = empty(fd, path, c);
	else if (errno == ENOENT)
		fd = create(path, c, &why);
	else
		why = errno == ENXIO ? not_regular : strerror(errno); /* a FIFO, a socket */
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
