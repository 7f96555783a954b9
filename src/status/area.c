/* area: see area.h. */
#include "status/area.h"

#include <sys/stat.h>

#include "base/io.h"
#include "status/check.h"

/* More than any server has: what says so is wrong, or would cost too much. */
#define SLOTS_MAX   1000000u
#define CLIENTS_MAX 1000000u

/* Bytes of the rows of children, and of clients: a file may be sparse, and a row many times larger
 * than ours. */
#define ROWS_MAX (UINT64_C(1) << 30)

static const char no_memory[] = "out of memory";
static const char short_read[] = "it is shorter than it says";

/* How often everything is copied anew, because it was being changed meanwhile. */
#define TRIES 20

/* Ends it, and leaves printable ASCII. */
static void clean(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

#define CLEAN(text) clean((text), sizeof(text))

static bool copy(int fd, void *to, size_t len, uint64_t at)
{
	return io_read_at(fd, to, len, at) == (ssize_t)len;
}

/* ---- parts ---- */

static void clean_head(struct status_server *h)
{
	CLEAN(h->boot);
	CLEAN(h->program);
	CLEAN(h->config);
	CLEAN(h->sandbox);
	for (size_t i = 0; i < STATUS_LISTENERS; i++)
		CLEAN(h->listener[i]);
}

static void clean_child(struct area_child *k)
{
	CLEAN(k->row.name);
	CLEAN(k->row.peer);
	CLEAN(k->row.via);
	CLEAN(k->page.file);
	CLEAN(k->page.protocol);
	CLEAN(k->page.subject);
	CLEAN(k->page.fingerprint);
	CLEAN(k->page.reason);
}

/* A page is written by its child alone, which may die meanwhile, or lie: what does not stand still
 * is taken as it is. */
static bool copy_page(int fd, struct status_page *page, uint64_t at)
{
	uint64_t after;

	for (unsigned i = 0; i < TRIES; i++) {
		if (!copy(fd, page, sizeof(*page), at) ||
		    !copy(fd, &after, sizeof(after), at + offsetof(struct status_page, seq)))
			return false;
		if (page->seq == after && (after & 1) == 0)
			break;
	}
	return true;
}

static const char *copy_children(struct area *a, int fd, struct region *r)
{
	const struct status_server *h = &a->head;
	size_t size = h->child_size, used = 0;
	char *rows = region_array(r, h->top, size);

	if (!rows)
		return no_memory;
	if (!copy(fd, rows, h->top * size, h->child_at))
		return short_read;
	for (size_t i = 0; i < h->top; i++)
		used += ((struct status_child *)(void *)(rows + i * size))->state != STATUS_FREE;
	a->child = region_array(r, used, sizeof(*a->child));
	if (!a->child)
		return no_memory;
	a->children = 0;
	for (size_t i = 0; i < h->top && a->children < used; i++) {
		struct area_child *k = &a->child[a->children];

		status_take(&k->row, sizeof(k->row), rows + i * size, size);
		if (k->row.state == STATUS_FREE)
			continue;
		if (!copy_page(fd, &k->page, h->page_at + i * h->page_step))
			return short_read;
		clean_child(k);
		a->children++;
	}
	return NULL;
}

static const char *copy_clients(struct area *a, int fd, struct region *r)
{
	size_t size = a->head.client_size, n = a->head.clients;
	char *rows = region_array(r, n, size);

	a->client = region_array(r, n, sizeof(*a->client));
	if (!rows || !a->client)
		return no_memory;
	if (!copy(fd, rows, n * size, a->head.client_at))
		return short_read;
	for (size_t i = 0; i < n; i++) {
		status_take(&a->client[i], sizeof(a->client[i]), rows + i * size, size);
		CLEAN(a->client[i].name);
		CLEAN(a->client[i].last_reason);
	}
	a->clients = n;
	return NULL;
}

/* ---- all of it ---- */

static const char *copy_all(struct area *a, int fd, struct region *r)
{
	struct stat st;
	const char *why;

	*a = (struct area){.children = 0};
	if (fstat(fd, &st) < 0 || !copy(fd, &a->head, sizeof(a->head), 0))
		return short_read;
	why = status_check(&a->head, (uint64_t)st.st_size);
	if (why)
		return why;
	status_take(&a->head, sizeof(a->head), &a->head, a->head.header_size);
	if (a->head.top > SLOTS_MAX || a->head.clients > CLIENTS_MAX ||
	    a->head.top * a->head.child_size > ROWS_MAX ||
	    a->head.clients * a->head.client_size > ROWS_MAX)
		return "its counts are not possible";
	clean_head(&a->head);
	why = copy_children(a, fd, r);
	return why ? why : copy_clients(a, fd, r);
}

const char *area_read(struct area *a, int fd, struct region *r)
{
	const char *why = NULL;

	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t after;

		why = copy_all(a, fd, r);
		if (why == no_memory)
			return why;
		if (!copy(fd, &after, sizeof(after), offsetof(struct status_server, seq)))
			return short_read;
		/* with another number what was wrong may have been a change half done */
		if (a->head.seq == after && (after & 1) == 0)
			break;
	}
	return why;
}
