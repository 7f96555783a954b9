/* pidfile: see pidfile.h. */
#include "daemon/pidfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

/* Whether the locked file still has its name: another process may have removed it between open()
 * and flock(). */
static bool is_named(int fd, const char *path)
{
	struct stat by_fd, by_name;

	return fstat(fd, &by_fd) == 0 && stat(path, &by_name) == 0 &&
	       io_same_file(&by_fd, &by_name);
}

/* What is overwritten, and removed at the end, must have been a pid file: nothing, or a number.
 * NULL, or what it is instead. */
static const char *other_file(int fd)
{
	char text[32];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is not a regular file";
	n = pread(fd, text, sizeof(text), 0);
	if (n < 0)
		return strerror(errno);
	if (n > 0 && text[n - 1] == '\n')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)text[i]))
			return "is no pid file: there is something else than a number in it";
	return st.st_size > (off_t)sizeof(text) ? "is no pid file: too long" : NULL;
}

static bool fail(struct pidfile *p, const char *reason)
{
	fprintf(stderr, "error: pid-file %s: %s\n", p->path, reason);
	if (p->fd >= 0)
		close(p->fd);
	free(p->path);
	*p = (struct pidfile){.fd = -1};
	return false;
}

bool pidfile_open(struct pidfile *p, const char *path)
{
	const char *other;
	char text[16];
	int n;

	*p = (struct pidfile){.fd = -1};
	if (!path)
		return true;
	p->path = strdup(path);
	if (!p->path) {
		fputs("error: out of memory\n", stderr);
		return false;
	}
	do {
		if (p->fd >= 0)
			close(p->fd);
		/* O_NONBLOCK: opening a FIFO or a device could block for ever */
		p->fd = open(
		    path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
		if (p->fd < 0)
			return fail(p, errno == ELOOP ? "is a symbolic link" : strerror(errno));
		if (flock(p->fd, LOCK_EX | LOCK_NB) < 0)
			return fail(
			    p, errno == EWOULDBLOCK ? "another process holds it" : strerror(errno));
	} while (!is_named(p->fd, path));
	other = other_file(p->fd);
	if (other)
		return fail(p, other);
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	return (ftruncate(p->fd, 0) == 0 && io_write_all(p->fd, text, (size_t)n)) ||
	       fail(p, strerror(errno));
}

void pidfile_remove(struct pidfile *p)
{
	if (p->fd < 0)
		return;
	/* if neither works, a stale file stays; its lock ends with the process */
	if (unlink(p->path) == 0 || ftruncate(p->fd, 0) == 0)
		close(p->fd);
	free(p->path);
	p->fd = -1;
}
