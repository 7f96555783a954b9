/* area: see area.h. */
#include "server/area.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/pages.h"
#include "daemon/sandbox.h"
#include "server/statpages.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* Anyone who reaches the directory may read the file. */
#define MODE 0644

/* Names that are tried when that of this process is taken: by recordings of an earlier master that
 * had its number. */
#define NAMES 100

static uint64_t up(uint64_t n, uint64_t step)
{
	return (n + step - 1) / step * step;
}

const char *area_path(const struct config *c)
{
	const char *runtime = getenv("RUNTIME_DIRECTORY");

	if (c->server.status_path)
		return c->server.status_path;
	return runtime && runtime[0] == '/' && !strchr(runtime, ':') ? runtime : NULL;
}

/* ---- the head ---- */

/* What never changes. Without the boot's identity the file says nothing of when it was made: its
 * directory has to be one that a boot empties. */
static void fill_head(struct area *a, const char *config)
{
	struct status_server *h = a->head;
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);

	memcpy(h->magic, STATUS_MAGIC, sizeof(h->magic));
	h->version = STATUS_VERSION;
	h->byte_order = STATUS_BYTE_ORDER;
	h->header_size = sizeof(*h);
	h->child_size = sizeof(struct status_child);
	h->client_size = sizeof(struct status_client);
	h->page_size = sizeof(struct status_page);
	h->page_step = statpages_step();
	h->slots = a->slots;
	h->child_at = sizeof(*h);
	h->page_at = a->head_bytes;
	h->pid = (uint32_t)getpid();
	h->started_ms = io_monotonic_ms();
	h->started_unix = time(NULL);
	snprintf(h->program, sizeof(h->program), "osmo-pcap-server %s", PACKAGE_VERSION);
	snprintf(h->config, sizeof(h->config), "%s", config);
	snprintf(h->sandbox, sizeof(h->sandbox), "%s", sandbox_level());
	if (fd >= 0 && io_read_full(fd, h->boot, sizeof(h->boot) - 1) < 0)
		h->boot[0] = '\0';
	h->boot[strcspn(h->boot, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

/* ---- the file ---- */

bool area_lock(int fd)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};

	return fcntl(fd, F_SETLK, &l) == 0;
}

static bool make_file(struct area *a)
{
	uint64_t size = a->head_bytes + a->slots * statpages_step();

	unlinkat(a->dir, a->name, 0); /* of an earlier process of this number, which had no time */
	a->fd = openat(a->dir, a->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return a->fd >= 0 && fchmod(a->fd, MODE) == 0 && area_lock(a->fd) &&
	       ftruncate(a->fd, (off_t)size) == 0 &&
	       fallocate(a->fd, 0, 0, (off_t)sizeof(*a->head)) == 0;
}

static void drop_file(struct area *a)
{
	if (a->fd >= 0) {
		unlinkat(a->dir, a->name, 0);
		close(a->fd);
	}
	if (a->dir >= 0)
		close(a->dir);
	a->fd = a->dir = -1;
}

static void open_file(struct area *a, const char *path, char reason[AREA_REASON_MAX])
{
	snprintf(a->name, sizeof(a->name), "." STATUS_PREFIX "%d", (int)getpid());
	a->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->dir >= 0 && make_file(a))
		a->head = pages_of_file(a->fd, 0, a->head_bytes);
	if (a->head)
		return;
	snprintf(reason, AREA_REASON_MAX, "%s: %s", path, strerror(errno));
	drop_file(a);
}

bool area_open(struct area *a, const char *path, size_t slots, const char *config,
    char reason[AREA_REASON_MAX])
{
	uint64_t rows = slots * sizeof(struct status_child);

	*a = (struct area){.dir = -1, .fd = -1, .slots = slots};
	a->head_bytes = up(sizeof(*a->head) + rows, statpages_step());
	reason[0] = '\0';
	if (path && strlen(config) >= STATUS_CONFIG_MAX)
		snprintf(reason, AREA_REASON_MAX, "the path of the configuration is too long");
	else if (path)
		open_file(a, path, reason);
	if (!a->head)
		a->head = pages_new(a->head_bytes);
	if (!a->head)
		return false;
	pages_not_for_children(a->head, a->head_bytes);
	fill_head(a, config);
	return true;
}

bool area_publish(struct area *a)
{
	char name[sizeof(a->name)];

	for (unsigned n = 0; n < NAMES; n++) {
		snprintf(name, sizeof(name), STATUS_PREFIX "%d", (int)getpid());
		if (n > 0)
			snprintf(name + strlen(name), sizeof(name) - strlen(name), ".%u", n);
		if (io_move(a->dir, a->name, a->dir, name, false) == IO_RENAMED) {
			memcpy(a->name, name, sizeof(name));
			return true;
		}
		if (errno != EEXIST)
			return false;
	}
	return false;
}

/* ---- rows ---- */

struct status_child *area_child(struct area *a, size_t slot)
{
	uint64_t from, end;

	if (slot >= a->slots)
		return &a->no_child;
	if (a->fd >= 0 && slot >= a->made) {
		from = a->head->child_at + a->made * sizeof(struct status_child);
		end = up(
		    a->head->child_at + (slot + 1) * sizeof(struct status_child), statpages_step());
		if (fallocate(a->fd, 0, (off_t)from, (off_t)(end - from)) < 0)
			return &a->no_child;
		a->made = (end - a->head->child_at) / sizeof(struct status_child);
	}
	return (struct status_child *)(void *)((uint8_t *)a->head + a->head->child_at) + slot;
}

struct status_client *area_client(struct area *a, size_t client)
{
	return client < a->clients ? &a->client[client] : &a->no_client;
}

struct rows {
	struct status_client *v; /* NULL: no memory */
	size_t n, bytes;
	uint64_t at; /* in the file, 0: they are not in it */
};

/* Behind the pages: before the rows of now if they fit, else behind them. */
static uint64_t place_for(const struct area *a, size_t bytes)
{
	uint64_t first = a->head->page_at + a->slots * statpages_step();

	if (!a->clients_seen || first + bytes <= a->head->client_at)
		return first;
	return a->head->client_at + a->client_bytes;
}

static void rows_in_file(const struct area *a, struct rows *r)
{
	uint64_t at = place_for(a, r->bytes), end = at + r->bytes;
	struct stat st;

	if (fstat(a->fd, &st) < 0 ||
	    ((uint64_t)st.st_size < end && ftruncate(a->fd, (off_t)end) < 0) ||
	    fallocate(a->fd, 0, (off_t)at, (off_t)r->bytes) < 0)
		return;
	r->v = pages_of_file(a->fd, at, r->bytes);
	if (r->v)
		r->at = at;
}

static void rows_open(const struct area *a, struct rows *r, size_t n)
{
	*r = (struct rows){.n = n, .bytes = up((n + 1) * sizeof(*r->v), statpages_step())};
	if (a->fd >= 0)
		rows_in_file(a, r);
	if (!r->v)
		r->v = pages_new(r->bytes);
	if (r->v)
		pages_not_for_children(r->v, r->bytes);
	else
		r->n = 0;
}

static void rows_free(const struct area *a, const struct rows *r)
{
	if (!r->at) {
		pages_free(r->v, r->bytes);
		return;
	}
	pages_free_shared(r->v, r->bytes);
	fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)r->at, (off_t)r->bytes);
}

static struct rows rows_of(const struct area *a)
{
	return (struct rows){.v = a->client,
	    .n = a->clients,
	    .bytes = a->client_bytes,
	    .at = a->clients_seen ? a->head->client_at : 0};
}

static void fill_row(struct status_client *row, const struct config_client *c,
    const struct status_client *before, int64_t now)
{
	if (before)
		*row = *before;
	else
		row->since_ms = now;
	snprintf(row->name, sizeof(row->name), "%s", c->name);
	row->max_silence_s = c->own_limits.max_silence;
	row->tls = c->tls;
	row->store = c->store;
}

bool area_clients(struct area *a, const struct config *c, const struct config *old, int64_t now)
{
	const struct rows before = rows_of(a);
	struct rows r;

	rows_open(a, &r, c->nclients);
	for (size_t i = 0; i < r.n; i++) {
		const struct config_client *was =
		    old ? config_client(old, c->clients[i].name) : NULL;

		fill_row(&r.v[i], &c->clients[i],
		    was ? area_client(a, (size_t)(was - old->clients)) : NULL, now);
	}
	status_write_begin(&a->head->seq);
	a->client = r.v;
	a->clients = r.n;
	a->client_bytes = r.v ? r.bytes : 0;
	a->clients_seen = r.at != 0;
	a->head->client_at = r.at;
	a->head->clients = r.at ? r.n : 0;
	status_write_end(&a->head->seq);
	if (before.v)
		rows_free(a, &before);
	return r.v && (a->fd < 0 || r.at);
}

/* ---- the end ---- */

void area_close(struct area *a)
{
	if (a->clients_seen)
		pages_free_shared(a->client, a->client_bytes);
	else
		pages_free(a->client, a->client_bytes);
	if (a->fd >= 0)
		pages_free_shared(a->head, a->head_bytes);
	else
		pages_free(a->head, a->head_bytes);
	if (a->name[0] == '.') /* it never got its name */
		drop_file(a);
	else if (a->fd >= 0) {
		close(a->fd);
		close(a->dir);
	}
	*a = (struct area){.dir = -1, .fd = -1};
}

size_t area_size(const struct area *a)
{
	return a->head_bytes + a->client_bytes;
}
