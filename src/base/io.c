/* io: see io.h. */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"

bool io_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* at: the offset in the file; negative: where the descriptor stands */
static ssize_t read_whole(int fd, char *p, size_t len, off_t at)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = at < 0 ? read(fd, p + got, len - got)
				   : pread(fd, p + got, len - got, at + (off_t)got);

		if (n == 0)
			break;
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		got += (size_t)n;
	}
	return (ssize_t)got;
}

ssize_t io_read_full(int fd, void *data, size_t len)
{
	return read_whole(fd, data, len, -1);
}

ssize_t io_read_at(int fd, void *data, size_t len, uint64_t at)
{
	if (at > INT64_MAX) {
		errno = EINVAL; /* as pread() has it */
		return -1;
	}
	return read_whole(fd, data, len, (off_t)at);
}

bool io_no_such_rename(int error)
{
	/* EPERM: from the filter of an old container */
	return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

static bool link_to(int from, const char *old, int to, const char *name)
{
	int unknown = errno, r;

	do
		r = linkat(from, old, to, name, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0 && (errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP))
		errno = unknown; /* there are no hard links either */
	return r == 0;
}

enum io_moved io_move(int from, const char *old, int to, const char *name, bool may_link)
{
	int r;

	do
		r = renameat2(from, old, to, name, RENAME_NOREPLACE);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return IO_RENAMED;
	if (may_link && io_no_such_rename(errno) && link_to(from, old, to, name))
		return IO_LINKED;
	return IO_NOT_MOVED;
}

int io_open_regular(const char *path, struct stat *st, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*why = NULL;
	if (fd < 0 || fstat(fd, st) < 0)
		*why = strerror(errno);
	else if (S_ISDIR(st->st_mode))
		*why = "is a directory";
	else if (!S_ISREG(st->st_mode))
		*why = "is not a regular file";
	if (*why && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

DIR *io_list(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	saved = errno;
	if (!list && fd >= 0)
		close(fd);
	errno = saved;
	return list;
}

static int by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* With one call for each gap between those that stay; Linux 5.9. False with errno. */
static bool close_ranges(unsigned from, const int *keep, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (keep[i] < 0 || (unsigned)keep[i] < from)
			continue;
		if ((unsigned)keep[i] > from && close_range(from, (unsigned)keep[i] - 1, 0) < 0)
			return false;
		from = (unsigned)keep[i] + 1;
	}
	return close_range(from, ~0u, 0) == 0;
}

static void close_named(const char *name, unsigned from, int listing, const int *keep, size_t n)
{
	uint64_t number;
	int fd;

	if (!parse_number(name, from, INT_MAX, &number)) /* "." and "..", too */
		return;
	fd = (int)number;
	if (fd != listing && !bsearch(&fd, keep, n, sizeof(*keep), by_value))
		close(fd);
}

/* Those that the kernel lists, one by one. An old kernel has no close_range(2), and the filter of
 * an old container refuses it. No opendir(): it allocates. False with errno. */
static bool close_listed(unsigned from, const int *keep, size_t n)
{
	_Alignas(struct dirent64) char buf[4096];
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t len;

	if (dir < 0)
		return false;
	while ((len = getdents64(dir, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < len;) {
			const struct dirent64 *e = (const void *)(buf + at);

			close_named(e->d_name, from, dir, keep, n);
			at += e->d_reclen;
		}
	close(dir);
	return len == 0;
}

bool io_close_except(int first, int *keep, size_t n)
{
	unsigned from = (unsigned)first;

	if (n > 0) /* else keep may be NULL */
		qsort(keep, n, sizeof(*keep), by_value);
	return close_ranges(from, keep, n) || close_listed(from, keep, n);
}

bool io_fill_standard(void)
{
	static const int flags[] = {O_RDWR, O_RDONLY, O_RDWR};

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
			return false;
	return true;
}

bool io_printed(void)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	if (errno == 0) /* an earlier write failed, and its errno was not kept */
		errno = EIO;
	return false;
}

static struct rlimit raised; /* what it was; zero: it was not */

void io_raise_descriptors(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
		raised = rl;
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
}

void io_lower_descriptors(void)
{
	if (raised.rlim_cur > 0)
		setrlimit(RLIMIT_NOFILE, &raised);
}

void io_set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

void io_keepalive(int fd, int idle, int interval, int probes)
{
	io_set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	io_set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
	io_set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval);
	io_set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, probes);
}

int64_t io_monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
