/* unfinished: see unfinished.h. */
#include "record/unfinished.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "capture/format.h"
#include "capture/frame.h"

/* ---- is it one ---- */

static bool is_marked(mode_t mode)
{
	const mode_t unfinished = CAPFILE_MARK | S_IRUSR;

	return S_ISREG(mode) && (mode & unfinished) == unfinished;
}

/* Whether the open file is unlocked, then locked by us, and is still what the name stands for:
 * another process may have finished it between our fstatat() and our lock. */
static bool lock(const struct unfinished *u, const struct stat *before, struct stat *by_fd)
{
	struct stat after;

	errno = 0;
	return flock(u->file.fd, LOCK_EX | LOCK_NB) == 0 && fstat(u->file.fd, by_fd) == 0 &&
	       io_same_file(by_fd, before) && is_marked(by_fd->st_mode) &&
	       fstatat(u->file.base, u->file.name, &after, AT_SYMLINK_NOFOLLOW) == 0 &&
	       io_same_file(&after, by_fd);
}

enum unfinished_taken unfinished_take(struct unfinished *u, int base, const char *name)
{
	struct stat before, by_fd;

	*u = (struct unfinished){.file = {.fd = -1, .base = base, .done = base}};
	snprintf(u->file.name, sizeof(u->file.name), "%s", name);
	if (fstatat(base, name, &before, AT_SYMLINK_NOFOLLOW) < 0 || !is_marked(before.st_mode))
		return UNFINISHED_NOT;
	if (before.st_uid != geteuid())
		return UNFINISHED_FOREIGN;
	u->file.fd = openat(base, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (u->file.fd < 0)
		return UNFINISHED_NOT;
	if (!lock(u, &before, &by_fd)) {
		bool locked = errno == EWOULDBLOCK;

		close(u->file.fd);
		return locked ? UNFINISHED_RECORDED : UNFINISHED_NOT;
	}
	u->file.mode = by_fd.st_mode & 0777;
	u->length = (uint64_t)by_fd.st_size;
	return UNFINISHED_TAKEN;
}

/* ---- how much of it is whole ---- */

/* What whole records say about a file. */
struct content {
	bool data;      /* there is more in it than what every file begins with */
	bool torn;      /* what follows them is the beginning of a record, or nothing */
	uint64_t empty; /* packets at the end of them whose records are nothing but zeros */
};

/* The length of the file header at the beginning of p, or of the first block; 0: it is not whole,
 * or is none. */
static size_t file_header(struct format *f, const uint8_t *p, size_t len)
{
	struct format_record r;
	size_t n;

	if (format_begin(f, p, len, &n, &r) != FORMAT_WHOLE)
		return 0;
	if (f->kind == FORMAT_PCAP)
		return n;
	return format_next(f, p, len, &r) == FORMAT_WHOLE ? r.len : 0;
}

/* Takes note of what `len` bytes of whole packets of a pcap file say. */
static void look_at_packets(struct content *c, struct format *f, const uint8_t *p, size_t len)
{
	static const uint8_t zeros[PCAP_RECORD];
	struct format_record r;

	for (; len > 0 && format_next(f, p, len, &r) == FORMAT_WHOLE; p += r.len, len -= r.len) {
		if (r.len == sizeof(zeros) && memcmp(p, zeros, sizeof(zeros)) == 0) {
			c->empty++;
			continue;
		}
		c->empty = 0;
		c->data = true;
	}
}

/* Takes note of what `len` bytes of whole records say. */
static void look(struct content *c, struct format *f, const uint8_t *p, size_t len)
{
	struct pcapng_block b;

	if (f->kind == FORMAT_PCAP) {
		look_at_packets(c, f, p, len);
		return;
	}
	for (; pcapng_read_block(&b, p, len, f->section.big) == PCAPNG_OK;
	     p += b.total, len -= b.total)
		c->data = c->data || !pcapng_is_needed_type(b.type);
}

/* How much of the file was written without a gap. No recording leaves one, but a hijacked child
 * can, of any size at no cost, and zeros look like packets of no length. What is appended from now
 * on was not recorded by us either. */
static uint64_t written(const struct unfinished *u)
{
	off_t hole = lseek(u->file.fd, 0, SEEK_HOLE);

	return hole < 0 || (uint64_t)hole > u->length ? u->length : (uint64_t)hole;
}

static bool written_after(const struct unfinished *u, uint64_t hole)
{
	return lseek(u->file.fd, (off_t)hole, SEEK_DATA) >= 0 || errno != ENXIO;
}

/* After a loss of power the end of a file may be zeros that were never written, which look like
 * packets without time and length. */
static void leave_zeros(struct unfinished *u, const struct content *c)
{
	if (!c->torn)
		return;
	u->whole -= c->empty * PCAP_RECORD;
	u->packets -= c->empty;
}

/* Whether there is nothing but zeros from u->whole to end. False with errno when the file cannot be
 * read. */
static bool zeros_follow(const struct unfinished *u, uint8_t *buf, uint64_t end, bool *zeros)
{
	*zeros = true;
	for (uint64_t at = u->whole; at < end && *zeros;) {
		uint64_t left = end - at;
		ssize_t n = io_read_at(u->file.fd, buf,
		    left < UNFINISHED_BUFFER ? (size_t)left : UNFINISHED_BUFFER, at);

		if (n <= 0)
			return n == 0;
		*zeros = buf[0] == 0 && memcmp(buf, buf + 1, (size_t)n - 1) == 0;
		at += (uint64_t)n;
	}
	return true;
}

/* Finds u->whole. False with errno when the file cannot be read. */
static bool measure(struct unfinished *u, uint8_t *buf, struct content *c)
{
	uint64_t end = written(u);
	struct format f;

	*c = (struct content){0};
	for (;;) {
		uint64_t left = end - u->whole;
		size_t len = left < UNFINISHED_BUFFER ? (size_t)left : UNFINISHED_BUFFER, used;
		ssize_t n = io_read_at(u->file.fd, buf, len, u->whole);

		if (n < 0)
			return false;
		if (u->whole == 0) {
			used = file_header(&f, buf, (size_t)n);
			c->torn = format_is_header_beginning(buf, (size_t)n, FRAME_PAYLOAD_MAX);
		} else {
			used = format_whole(&f, buf, (size_t)n, &u->packets);
			look(c, &f, buf, used);
			c->torn = format_is_beginning(&f, buf, (size_t)n, FRAME_PAYLOAD_MAX);
		}
		u->whole += used;
		if (used > 0)
			continue;
		/* a gap up to the end holds nothing that was ever sent */
		if (end < u->length)
			c->torn = !written_after(u, end);
		else if (!c->torn && !zeros_follow(u, buf, end, &c->torn))
			return false;
		leave_zeros(u, c);
		return true;
	}
}

/* ---- making it whole ---- */

static bool cut_fd(const struct unfinished *u, int fd)
{
	struct stat by_read, by_write;

	if (fstat(u->file.fd, &by_read) < 0 || fstat(fd, &by_write) < 0)
		return false;
	if (!io_same_file(&by_read, &by_write)) {
		errno = ESTALE;
		return false;
	}
	return ftruncate(fd, (off_t)u->whole) == 0 && fsync(fd) == 0;
}

/* A second descriptor on the same file, for writing: published modes rarely have a write bit. */
static bool cut(const struct unfinished *u)
{
	bool ok = false;
	int fd, error;

	if (fchmod(u->file.fd, u->file.mode | CAPFILE_MARK | S_IWUSR) < 0)
		return false;
	fd = openat(u->file.base, u->file.name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		ok = cut_fd(u, fd);
	error = errno;
	if (fd >= 0)
		close(fd);
	if (fchmod(u->file.fd, u->file.mode | CAPFILE_MARK) < 0)
		return false;
	errno = error;
	return ok;
}

static enum unfinished_end left(struct unfinished *u, enum unfinished_end end)
{
	int error = errno;

	close(u->file.fd);
	u->file.fd = -1;
	errno = error;
	return end;
}

static enum unfinished_end publish(struct unfinished *u)
{
	switch (capfile_publish(&u->file, &u->renamed)) {
	case CAPFILE_LEFT:
		return UNFINISHED_UNPUBLISHED;
	case CAPFILE_UNSYNCED:
		return UNFINISHED_UNSYNCED;
	case CAPFILE_PUBLISHED:
		break;
	}
	return UNFINISHED_PUBLISHED;
}

enum unfinished_end unfinished_finish(struct unfinished *u, uint8_t *buf)
{
	struct content c;

	u->whole = u->packets = 0;
	u->as_it_is = u->renamed = false;
	if (!measure(u, buf, &c))
		return left(u, UNFINISHED_UNREAD);
	if (c.torn && !c.data)
		return capfile_discard(&u->file) ? UNFINISHED_REMOVED : UNFINISHED_UNREMOVED;
	u->as_it_is = !c.torn;
	if (c.torn && u->whole < u->length && !cut(u))
		return left(u, UNFINISHED_UNCUT);
	return publish(u);
}
