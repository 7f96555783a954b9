/* capfile: see capfile.h. */
#include "record/capfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

/* Numbers are tried until a name is free; a clock that stands still must not make this endless. */
#define NUMBER_MAX 10000000u

/* The name is free in completed-path. */
static bool free_in(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0;
}

/* Whether the name still stands for our file: repair may have finished it between its creation and
 * our lock, and anybody may have taken it away since. UNKNOWN: a system call failed, errno tells.
 */
enum owner {
	UNKNOWN,
	OURS,
	FOREIGN
};

static enum owner owner_of(int dir, const char *name, int fd)
{
	struct stat by_name, by_fd;

	if (fstat(fd, &by_fd) < 0)
		return UNKNOWN;
	if (fstatat(dir, name, &by_name, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? FOREIGN : UNKNOWN;
	return io_same_file(&by_name, &by_fd) ? OURS : FOREIGN;
}

static enum owner lock(const struct capfile *f)
{
	if (flock(f->fd, LOCK_EX | LOCK_NB) == 0)
		return owner_of(f->base, f->name, f->fd);
	return errno == EWOULDBLOCK ? FOREIGN : UNKNOWN;
}

static bool give_up(struct capfile *f)
{
	int saved = errno;

	capfile_discard(f);
	errno = saved;
	return false;
}

/* On a network filesystem a signal may interrupt even this. If it has created the file all the
 * same, the second attempt finds the name taken, and repair removes the empty file. */
static int create(int base, const char *name, unsigned mode)
{
	int fd;

	do
		fd = openat(base, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

bool capfile_create(struct capfile *f, int base, int done, unsigned mode, const char *stem,
    const struct tm *local, enum format_kind kind, unsigned *number)
{
	/* its owner may read it while it is recorded: repair is the owner */
	unsigned recording = mode | S_IRUSR | CAPFILE_MARK;

	*f = (struct capfile){.fd = -1, .base = base, .done = done, .mode = mode};
	for (; *number < NUMBER_MAX; (*number)++) {
		enum owner owner;

		capname_make(stem, local, kind, *number, f->name);
		if (done != base && !free_in(done, f->name))
			continue;
		f->fd = create(base, f->name, recording);
		if (f->fd < 0 && errno == EEXIST)
			continue;
		if (f->fd < 0)
			return false;
		owner = lock(f);
		if (owner == OURS) {
			(*number)++;
			/* whatever the umask */
			return fchmod(f->fd, recording) == 0 || give_up(f);
		}
		if (owner == UNKNOWN)
			return give_up(f);
		close(f->fd);
		f->fd = -1;
	}
	errno = EEXIST;
	return false;
}

size_t capfile_append(struct capfile *f, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t put = 0;

	while (put < len) {
		ssize_t n = pwrite(f->fd, p + put, len - put, (off_t)(f->size + put));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if (n == 0) { /* no error to wait for, and no progress either */
			errno = EIO;
			break;
		}
		put += (size_t)n;
	}
	if (put == len)
		writeback_go_on(&f->back, f->fd, f->size + len);
	return put;
}

bool capfile_cut(const struct capfile *f)
{
	int r;

	do
		r = ftruncate(f->fd, (off_t)f->size);
	while (r < 0 && errno == EINTR);
	return r == 0;
}

enum capfile_fate capfile_fate(const struct capfile *f)
{
	struct stat st;

	if (owner_of(f->base, f->name, f->fd) != FOREIGN)
		return CAPFILE_THERE;
	return fstat(f->fd, &st) == 0 && st.st_nlink == 0 ? CAPFILE_DELETED : CAPFILE_MOVED;
}

static bool sync_fd(int fd, int (*sync)(int))
{
	int r;

	do
		r = sync(fd);
	while (r < 0 && errno == EINTR);
	return r == 0;
}

/* A name that is taken in completed-path may be ours: a crash came between link and unlink, or a
 * network filesystem has done the first attempt of two. */
static enum io_moved move_to(const struct capfile *f, const char *name)
{
	enum io_moved moved = io_move(f->base, f->name, f->done, name, f->may_link);

	if (moved != IO_NOT_MOVED || errno != EEXIST)
		return moved;
	if (owner_of(f->done, name, f->fd) == OURS)
		return IO_LINKED;
	errno = EEXIST;
	return IO_NOT_MOVED;
}

/* Into completed-path, under another number where the name was taken meanwhile. */
static enum io_moved move(struct capfile *f, bool *renamed)
{
	enum io_moved moved = move_to(f, f->name);
	char name[CAPNAME_MAX];
	struct capname parsed;

	if (moved != IO_NOT_MOVED || errno != EEXIST || !capname_parse(f->name, &parsed))
		return moved;
	for (unsigned number = parsed.number + 1; number < NUMBER_MAX; number++) {
		capname_renumber(&parsed, number, name);
		moved = move_to(f, name);
		if (moved != IO_NOT_MOVED) {
			memcpy(f->name, name, sizeof(f->name));
			*renamed = true;
			return moved;
		}
		if (errno != EEXIST)
			return moved;
	}
	return IO_NOT_MOVED;
}

/* Of the two names of a linked file the one in base-path goes, once the other is on the disk. It
 * goes before the mark: a crash in between leaves an unfinished file, and repair comes here, too.
 */
static bool drop_name(const struct capfile *f, const char *name)
{
	return sync_fd(f->done, fsync) && unlinkat(f->base, name, 0) == 0;
}

/* The kernel reports an error of the disk once: a second sync of the file succeeds, and would
 * publish what is not on the disk. So the mark is taken off, and repair leaves the file alone.
 * Where files stay in base-path the mark is all that tells it from a good one: the mark remains,
 * and all permissions are taken away, by which repair recognises such a file. */
static bool sync_data(struct capfile *f)
{
	int error;

	if (!f->back.error && sync_fd(f->fd, fdatasync))
		return true;
	error = f->back.error ? f->back.error : errno;
	fchmod(f->fd, f->done != f->base ? f->mode : CAPFILE_MARK);
	errno = error;
	return false;
}

static enum capfile_published publish(struct capfile *f, bool *renamed)
{
	enum io_moved moved = IO_RENAMED;
	char old[CAPNAME_MAX];

	memcpy(old, f->name, sizeof(old));
	/* Data first: a name in completed-path promises what is behind it. The mark goes last, so
	 * that a crash in between leaves either an unfinished file or a published one. */
	if (!sync_data(f))
		return CAPFILE_LEFT;
	if (f->done != f->base)
		moved = move(f, renamed);
	if (moved == IO_NOT_MOVED)
		return CAPFILE_LEFT;
	if ((moved == IO_LINKED && !drop_name(f, old)) || fchmod(f->fd, f->mode) < 0 ||
	    !sync_fd(f->done, fsync) || (f->done != f->base && !sync_fd(f->base, fsync)))
		return CAPFILE_UNSYNCED;
	return CAPFILE_PUBLISHED;
}

enum capfile_published capfile_publish(struct capfile *f, bool *renamed)
{
	enum capfile_published result;
	int saved;

	*renamed = false;
	result = publish(f, renamed);
	saved = errno;
	close(f->fd);
	f->fd = -1;
	errno = saved;
	return result;
}

void capfile_abandon(struct capfile *f)
{
	close(f->fd);
	f->fd = -1;
}

bool capfile_discard(struct capfile *f)
{
	bool ok = unlinkat(f->base, f->name, 0) == 0;

	close(f->fd);
	f->fd = -1;
	return ok;
}
