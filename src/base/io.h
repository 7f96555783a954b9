/* io: the few descriptor operations that every process here needs done the same way.
 *
 * Refuses to log, and to decide what follows from an error. Descriptors stay the caller's. Errors
 * are errno. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Writes everything, going on after short writes and EINTR. False with errno set. */
bool io_write_all(int fd, const void *data, size_t len);

/* Reads until len bytes or end of file. Returns the count, or -1 with errno set. */
ssize_t io_read_full(int fd, void *data, size_t len);

/* Reads until len bytes or end of file, `at` bytes from the beginning, and leaves the position as
 * it is. Returns the count, or -1 with errno set. */
ssize_t io_read_at(int fd, void *data, size_t len, uint64_t at);

/* Moves a file to a name that must be free: it replaces nothing. Where the filesystem knows no such
 * rename (many of FUSE and of networks do not) and `may_link`, the file gets a second name instead,
 * and the caller removes the old one. Errno is EEXIST where the name is taken; where there are no
 * hard links either, it is that of the rename. */
enum io_moved {
	IO_NOT_MOVED,
	IO_RENAMED,
	IO_LINKED
};
enum io_moved io_move(int from, const char *old, int to, const char *name, bool may_link);

/* Whether this errno says that the filesystem knows no rename without replacement, or that the call
 * is refused whatever the file. */
bool io_no_such_rename(int error);

/* Whether this errno says that there is no room: of the filesystem, or by a quota. */
static inline bool io_is_full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/* Opens a regular file for reading, and nothing else: opening a FIFO or a device could block for
 * ever. Otherwise -1, and *why is the reason (valid until the next strerror()). */
int io_open_regular(const char *path, struct stat *st, const char **why);

/* The names in a directory, with a position of its own: one descriptor may be in several processes.
 * NULL with errno. */
DIR *io_list(int dir);

/* Whether both describe one file. An inode number alone is unique on one filesystem only. */
static inline bool io_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static inline bool io_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Closes every descriptor from `first` up that is not among keep[0..n) (sorted in place; -1 is
 * skipped). A child calls it after fork(), so that no descriptor of the master or of a sibling
 * stays open. Where close_range(2) fails /proc/self/fd tells which are open. False with errno when
 * neither does it. */
bool io_close_except(int first, int *keep, size_t n);

/* Opens /dev/null on each of descriptors 0, 1, 2 that is closed, so that no later descriptor
 * is mistaken for a standard one. What is printed to a standard output that was closed fails. False
 * with errno set. */
bool io_fill_standard(void);

/* Whether all that was printed has arrived on standard output. False with errno set. */
bool io_printed(void);

/* Raises the soft limit of open descriptors to the hard one; and takes that back, for a program
 * that may use select(). */
void io_raise_descriptors(void);
void io_lower_descriptors(void);

/* setsockopt() with an int. For options without which a socket works, too: failure is ignored. */
void io_set_option(int fd, int level, int option, int value);

/* Has TCP probe a peer that was silent for `idle` seconds, and give it up after `probes` probes,
 * `interval` seconds apart, without an answer. Failure is ignored. */
void io_keepalive(int fd, int idle, int interval, int probes);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t io_monotonic_ms(void);

#endif
