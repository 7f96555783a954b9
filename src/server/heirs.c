/* heirs: see heirs.h. */
#include "server/heirs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/io.h"
#include "server/samples.h"
#include "server/silence.h"
#include "server/timers.h"
#include "status/check.h"

#define LOOK_MS 5000

/* Clients in a file. */
#define CLIENTS_MAX 1000000

/* How much time a client has at least, after a restart, until it is called silent: its sender has
 * to connect again. */
#define RETURN_MS 60000

/* Between the start of a process by its master's clock and by the kernel's. */
#define START_MS 2000

void heirs_init(struct heirs *h)
{
	*h = (struct heirs){.due = TIMER_NEVER};
}

void heirs_free(struct heirs *h)
{
	for (size_t i = 0; i < h->n; i++)
		close(h->v[i].fd);
	heirs_init(h);
}

/* ---- which files ---- */

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

/* One row of `size` bytes. */
static bool read_row(int fd, void *to, size_t room, size_t size, uint64_t at)
{
	size_t has = size < room ? size : room;

	if (!read_at(fd, to, has, at))
		return false;
	status_take(to, room, to, has);
	return true;
}

static bool open_one(
    struct heir *old, const struct area *a, const char *name, struct status_server *h)
{
	uint64_t size;
	int fd;

	if (strncmp(name, STATUS_PREFIX, strlen(STATUS_PREFIX)) != 0 ||
	    strlen(name) >= sizeof(old->name))
		return false;
	fd = openat(a->dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	if (!is_ours(fd, &size) || !area_lock(fd) || !read_at(fd, h, sizeof(*h), 0) ||
	    !believable(a, h, size)) {
		close(fd);
		return false;
	}
	*old = (struct heir){.fd = fd,
	    .slots = h->top,
	    .child_at = h->child_at,
	    .child_size = h->child_size,
	    .page_at = h->page_at,
	    .page_step = h->page_step};
	memcpy(old->name, name, strlen(name) + 1); /* the length was looked at */
	return true;
}

/* ---- totals ---- */

static int64_t past(int64_t ms, int64_t now)
{
	return ms > 0 && ms <= now ? ms : 0;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* It counts from when it did, but has some time to come back. */
static int64_t counts_from(
    const struct status_client *was, const struct status_client *is, int64_t now)
{
	int64_t max = is->max_silence_s < INT64_MAX / 1000 ? (int64_t)is->max_silence_s * 1000 : 0;
	int64_t left = max < RETURN_MS ? max : RETURN_MS;
	int64_t since = past(was->since_ms, now) ? was->since_ms : now;

	return max == 0 || was->silent ? since : later(since, now - max + left);
}

static void add_client(struct status_client *is, const struct status_client *was, int64_t now)
{
	int64_t end = past(was->last_end_ms, now);

	is->packets += was->packets;
	is->bytes += was->bytes;
	is->files += was->files;
	is->cut += was->cut;
	is->filtered += was->filtered;
	is->connections += was->connections;
	is->refused += was->refused;
	is->rejected += was->rejected;
	is->last_connection_ms = later(is->last_connection_ms, past(was->last_connection_ms, now));
	is->last_packet_ms = later(is->last_packet_ms, past(was->last_packet_ms, now));
	is->since_ms = counts_from(was, is, now);
	if (was->silent) {
		is->silent = 1;
		is->silent_ms = past(was->silent_ms, now);
	}
	if (end > is->last_end_ms) {
		is->last_end_ms = end;
		is->last_end = was->last_end;
		memcpy(is->last_reason, was->last_reason, sizeof(is->last_reason));
		is->last_reason[sizeof(is->last_reason) - 1] = '\0';
	}
}

/* The row of the client of that name; NULL: it is not listed. */
static struct status_client *row_of(
    struct area *a, const struct config *c, char name[STATUS_NAME_MAX], size_t *client)
{
	const struct config_client *k;

	name[STATUS_NAME_MAX - 1] = '\0';
	k = config_client(c, name);
	if (!k)
		return NULL;
	*client = (size_t)(k - c->clients);
	return area_client(a, *client);
}

static void add_totals(
    struct area *a, const struct config *c, int fd, const struct status_server *h, int64_t now)
{
	struct status_client was, *is;
	size_t client;

	for (uint64_t i = 0; i < h->clients; i++) {
		if (!read_row(
			fd, &was, sizeof(was), h->client_size, h->client_at + i * h->client_size))
			return;
		is = row_of(a, c, was.name, &client);
		if (is)
			add_client(is, &was, now);
	}
}

/* The place for one more; NULL: there is none. One with totals gets that of one without: the next
 * master finds that, and what its recordings have counted. */
static struct heir *place_for(struct heirs *h, bool totals)
{
	if (h->n < HEIRS_MAX)
		return &h->v[h->n++];
	for (size_t i = 0; i < h->n && totals; i++)
		if (!h->v[i].totals) {
			close(h->v[i].fd);
			return &h->v[i];
		}
	return NULL;
}

void heirs_take(struct heirs *h, struct area *a, const struct config *c, int64_t now)
{
	DIR *dir = a->fd >= 0 ? io_list(a->dir) : NULL;
	struct status_server head;
	struct heir old, *place;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		if (!open_one(&old, a, e->d_name, &head))
			continue;
		place = place_for(h, !head.inherited);
		if (!place) {
			close(old.fd);
			continue;
		}
		*place = old;
		place->totals = !head.inherited;
		if (place->totals)
			add_totals(a, c, old.fd, &head, now);
		h->due = now;
	}
	if (dir)
		closedir(dir);
}

void heirs_mark(struct heirs *h)
{
	const uint32_t yes = 1;

	for (size_t i = 0; i < h->n; i++)
		if (pwrite(h->v[i].fd, &yes, sizeof(yes),
			offsetof(struct status_server, inherited)) != sizeof(yes))
			continue; /* the file goes, or its totals count twice for as long as it
				     stays */
}

/* ---- recordings ---- */

/* When the process was started, in ms since the boot; -1: that cannot be seen. */
static int64_t started_ms(uint32_t pid)
{
	char path[32], text[1024], *at;
	long ticks = sysconf(_SC_CLK_TCK);
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = io_read_full(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strrchr(text, ')'); /* the second field may contain anything */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && ticks > 0 ? (int64_t)(strtoull(at + 1, NULL, 10) * 1000 / (unsigned long)ticks)
			       : -1;
}

static bool is_running(const struct status_child *row, const struct status_page *page)
{
	int64_t started;

	if (page->ended || row->pid == 0 || row->pid > INT32_MAX ||
	    (kill((pid_t)row->pid, 0) < 0 && errno == ESRCH))
		return false;
	started = started_ms(row->pid);
	return started < 0 ||
	       (started - row->start_boot_ms < START_MS && row->start_boot_ms - started < START_MS);
}

static void hear(struct area *a, const struct config *c, struct status_child *row,
    const struct status_page *page, int64_t now)
{
	int64_t when = past((int64_t)page->stats.heard_ms, now);
	size_t client;
	struct status_client *is = row_of(a, c, row->name, &client);

	if (page->stats.waiting)
		when = now;
	if (is && (page->stats.packets > 0 || page->stats.waiting) && when > is->last_packet_ms)
		silence_heard(a, client, c->clients[client].name, when);
}

/* When it has ended, and in its own words why; only its master could have asked how. */
static void note_end(struct status_client *is, const struct status_page *page, int64_t when)
{
	is->last_end_ms = when;
	is->last_end = STATUS_NONE;
	if (page->ended)
		memcpy(is->last_reason, page->reason, sizeof(is->last_reason));
	else
		snprintf(is->last_reason, sizeof(is->last_reason), "its process has died");
	is->last_reason[sizeof(is->last_reason) - 1] = '\0';
}

/* end: about when it has ended; 0: nobody knows. */
static void add_recording(struct area *a, const struct config *c, struct status_child *row,
    const struct status_page *page, int64_t end)
{
	size_t client;
	struct status_client *is = row_of(a, c, row->name, &client);

	if (!is)
		return;
	status_write_begin(&a->head->seq);
	is->packets += page->stats.packets;
	is->bytes += page->stats.bytes;
	is->files += page->stats.files;
	is->cut += page->stats.cut;
	is->filtered += page->stats.filtered;
	samples_skip(is, page->stats.packets, page->stats.bytes);
	if (end > is->last_end_ms)
		note_end(is, page, end);
	status_write_end(&a->head->seq);
}

/* Whether the child in the slot still records. */
static bool look_at(
    const struct heir *old, uint64_t slot, struct area *a, const struct config *c, int64_t now)
{
	const uint64_t at = old->child_at + slot * old->child_size;
	const uint32_t none = STATUS_FREE;
	struct status_child row;
	struct status_page page;

	if (!read_row(old->fd, &row, sizeof(row), old->child_size, at) ||
	    row.state == STATUS_FREE ||
	    !read_at(old->fd, &page, sizeof(page), old->page_at + slot * old->page_step))
		return false;
	hear(a, c, &row, &page, now);
	if (is_running(&row, &page))
		return true;
	if (pwrite(old->fd, &none, sizeof(none),
		(off_t)(at + offsetof(struct status_child, state))) == sizeof(none))
		add_recording(
		    a, c, &row, &page, old->looked ? now : past((int64_t)page.stats.heard_ms, now));
	return false;
}

static void drop(struct heirs *h, size_t i, const struct area *a)
{
	struct stat is, was;

	if (fstat(h->v[i].fd, &was) == 0 &&
	    fstatat(a->dir, h->v[i].name, &is, AT_SYMLINK_NOFOLLOW) == 0 && io_same_file(&is, &was))
		unlinkat(a->dir, h->v[i].name, 0);
	close(h->v[i].fd);
	h->v[i] = h->v[--h->n];
}

void heirs_look(struct heirs *h, struct area *a, const struct config *c, int64_t now)
{
	for (size_t i = h->n; i-- > 0;) {
		uint64_t running = 0;

		for (uint64_t slot = 0; slot < h->v[i].slots; slot++)
			running += look_at(&h->v[i], slot, a, c, now);
		h->v[i].looked = true;
		if (running == 0)
			drop(h, i, a);
	}
	h->due = h->n > 0 ? now + LOOK_MS : TIMER_NEVER;
}
