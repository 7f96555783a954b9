/* heir_file: see heir_file.h. */
#include "server/heir_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/io.h"
#include "status/check.h"

/* Clients in a file. */
#define CLIENTS_MAX 1000000

/* ---- whether it is believed ---- */

/* A file that only this user may have written. */
static bool is_ours(int fd, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 || st.st_size < 0)
		return false;
	*size = (uint64_t)st.st_size;
	return true;
}

/* Where the boot is not named, the file is of this one if a boot empties its directory. */
static bool of_this_boot(const struct area *a, const struct status_server *h)
{
	struct statfs fs;

	if (h->boot[0] || a->head->boot[0])
		return strncmp(h->boot, a->head->boot, sizeof(h->boot)) == 0;
	return fstatfs(a->dir, &fs) == 0 &&
	       ((unsigned long)fs.f_type == TMPFS_MAGIC || (unsigned long)fs.f_type == RAMFS_MAGIC);
}

static bool believable(const struct area *a, const struct status_server *h, uint64_t size)
{
	return !status_check(h, size) && of_this_boot(a, h) && h->top <= CONFIG_CONNECTIONS_MAX &&
	       h->clients <= CLIENTS_MAX &&
	       strncmp(h->config, a->head->config, sizeof(h->config)) == 0;
}

static bool read_at(int fd, void *to, size_t len, uint64_t at)
{
	return io_read_at(fd, to, len, at) == (ssize_t)len;
}

bool heir_file_open(struct heir_file *f, const struct area *a, const char *name)
{
	struct status_server h;
	uint64_t size;
	int fd;

	if (strncmp(name, STATUS_PREFIX, strlen(STATUS_PREFIX)) != 0 ||
	    strlen(name) >= sizeof(f->name))
		return false;
	fd = openat(a->dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	if (!is_ours(fd, &size) || !area_lock(fd) || !read_at(fd, &h, sizeof(h), 0) ||
	    !believable(a, &h, size)) {
		close(fd);
		return false;
	}
	*f = (struct heir_file){.fd = fd,
	    .inherited = h.inherited,
	    .slots = h.top,
	    .clients = h.clients,
	    .child_at = h.child_at,
	    .child_size = h.child_size,
	    .page_at = h.page_at,
	    .page_step = h.page_step,
	    .client_at = h.client_at,
	    .client_size = h.client_size};
	memcpy(f->name, name, strlen(name) + 1); /* the length was looked at */
	return true;
}

void heir_file_close(struct heir_file *f)
{
	close(f->fd);
}

/* ---- its rows ---- */

/* One row of `size` bytes. */
static bool read_row(int fd, void *to, size_t room, size_t size, uint64_t at)
{
	size_t has = size < room ? size : room;

	if (!read_at(fd, to, has, at))
		return false;
	status_take(to, room, to, has);
	return true;
}

bool heir_file_client(const struct heir_file *f, uint64_t client, struct status_client *row)
{
	return read_row(
	    f->fd, row, sizeof(*row), f->client_size, f->client_at + client * f->client_size);
}

static uint64_t child_at(const struct heir_file *f, uint64_t slot)
{
	return f->child_at + slot * f->child_size;
}

bool heir_file_child(
    const struct heir_file *f, uint64_t slot, struct status_child *row, struct status_page *page)
{
	return read_row(f->fd, row, sizeof(*row), f->child_size, child_at(f, slot)) &&
	       row->state != STATUS_FREE &&
	       read_at(f->fd, page, sizeof(*page), f->page_at + slot * f->page_step);
}

/* ---- what becomes of it ---- */

static bool write_number(const struct heir_file *f, uint32_t number, uint64_t at)
{
	return pwrite(f->fd, &number, sizeof(number), (off_t)at) == sizeof(number);
}

bool heir_file_forget(const struct heir_file *f, uint64_t slot)
{
	return write_number(
	    f, STATUS_FREE, child_at(f, slot) + offsetof(struct status_child, state));
}

void heir_file_mark(const struct heir_file *f)
{
	write_number(f, 1, offsetof(struct status_server, inherited));
}

void heir_file_remove(const struct heir_file *f, const struct area *a)
{
	struct stat is, was;

	if (fstat(f->fd, &was) == 0 && fstatat(a->dir, f->name, &is, AT_SYMLINK_NOFOLLOW) == 0 &&
	    io_same_file(&is, &was))
		unlinkat(a->dir, f->name, 0);
}
