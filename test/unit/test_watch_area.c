/* The status area as it is read: what it says of itself is checked, and texts are made harmless. */
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "status/area.h"

#define SLOTS   4u
#define CLIENTS 2u
#define PAGE    4096u

struct file {
	struct status_server head;
	struct status_child child[SLOTS];
	_Alignas(4096) struct {
		struct status_page page;
		char rest[PAGE - sizeof(struct status_page)];
	} page[SLOTS];
	struct status_client client[CLIENTS];
};

/* without what the compiler adds */
#define SIZE (offsetof(struct file, client) + CLIENTS * sizeof(struct status_client))

static struct file sound(void)
{
	struct file f = {.head = {.version = STATUS_VERSION,
			     .byte_order = STATUS_BYTE_ORDER,
			     .header_size = sizeof(struct status_server),
			     .child_size = sizeof(struct status_child),
			     .client_size = sizeof(struct status_client),
			     .page_size = sizeof(struct status_page),
			     .page_step = PAGE,
			     .slots = SLOTS,
			     .child_at = offsetof(struct file, child),
			     .page_at = offsetof(struct file, page),
			     .client_at = offsetof(struct file, client),
			     .clients = CLIENTS,
			     .top = 3}};

	memcpy(f.head.magic, STATUS_MAGIC, sizeof(f.head.magic));
	f.child[0].state = f.child[2].state = STATUS_RUNNING;
	f.child[2].pid = 77;
	f.page[2].page.stats.packets = 12;
	snprintf(f.child[2].name, sizeof(f.child[2].name), "bsc");
	snprintf(f.client[1].name, sizeof(f.client[1].name), "bsc");
	return f;
}

static struct region *region;

static const char *read_from(const struct file *f, size_t len, struct area *a)
{
	int fd = memfd_create("area", 0);
	const char *why;

	region_free(region);
	region = region_new();
	if (write(fd, f, len) != (ssize_t)len)
		return "memfd";
	why = area_read(a, fd, region);
	close(fd);
	return why;
}

/* Of a server that knew less: its rows are shorter, and its head. */
static void test_earlier(void)
{
	struct file f = sound();
	struct area a;

	f.head.header_size = STATUS_SERVER_LEAST;
	f.head.sampled_ms[0] = 99;
	f.head.client_size = STATUS_CLIENT_LEAST;
	f.head.child_size = STATUS_CHILD_LEAST;
	memmove((char *)f.child + STATUS_CHILD_LEAST, &f.child[1], STATUS_CHILD_LEAST);
	memmove((char *)f.child + 2 * STATUS_CHILD_LEAST, &f.child[2], STATUS_CHILD_LEAST);
	memmove((char *)f.client + STATUS_CLIENT_LEAST, &f.client[1], STATUS_CLIENT_LEAST);
	OK(!read_from(&f, SIZE, &a), "one of an earlier server");
	IS_STR(a.client[1].name, "bsc", "its rows are where they are in it");
	IS_INT(a.client[0].packets_at[0], 0, "what they have not is not what is behind them");
	IS_INT(a.children, 2, "those of children, too");
	IS_STR(a.child[0].row.via, "", "a proxy that it could not know");
	IS_INT(a.head.sampled_ms[0], 0, "nor is it in the head");
}

static void test_sound(void)
{
	struct file f = sound();
	struct area a;

	OK(!read_from(&f, SIZE, &a), "a sound one");
	IS_INT(a.children, 2, "its children: those that are not free");
	IS_INT(a.child[1].row.pid, 77, "each with its row");
	IS_INT(a.child[1].page.stats.packets, 12, "and its page");
	IS_STR(a.client[1].name, "bsc", "clients");
	f.head.seq = 1;
	OK(!read_from(&f, SIZE, &a) && a.children == 2,
	    "one that is being changed for ever is taken as it is");
}

static void test_texts(void)
{
	struct file f = sound();
	struct area a;

	memset(f.page[2].page.file, 'x', sizeof(f.page[2].page.file));
	memset(f.client[1].last_reason, '\033', sizeof(f.client[1].last_reason));
	memset(f.head.listener, 'l', sizeof(f.head.listener));
	snprintf(f.child[2].peer, sizeof(f.child[2].peer), "a\n\xc3\xa4");
	OK(!read_from(&f, SIZE, &a), "texts without an end");
	IS_INT(strlen(a.child[1].page.file), STATUS_FILE_MAX - 1, "get one");
	IS_INT(
	    strspn(a.client[1].last_reason, "?"), STATUS_REASON_MAX - 1, "control characters go");
	IS_STR(a.child[1].row.peer, "a???", "printable ASCII is left");
	IS_INT(strlen(a.head.listener[0]), STATUS_LISTENER_MAX - 1, "listeners, too");
}

#define REFUSED(change, name)                                                                      \
	do {                                                                                       \
		struct file f = sound();                                                           \
		change;                                                                            \
		OK(read_from(&f, SIZE, &a) != NULL, "refused: %s", name);                          \
	} while (0)

static void test_lies(void)
{
	struct file whole = sound();
	struct area a;
	size_t taken = 0;

	REFUSED(f.head.magic[0] = 'x', "another file");
	REFUSED(f.head.version++, "a later version");
	REFUSED(f.head.slots = UINT64_MAX, "more slots than there can be");
	REFUSED(f.head.top = SLOTS + 1, "more in use than there are");
	REFUSED(f.head.clients = UINT64_MAX / sizeof(struct status_client), "clients without end");
	REFUSED(f.head.clients = CLIENTS + 1, "clients behind its end");
	REFUSED(f.head.client_at = UINT64_MAX - 7, "clients nowhere");
	REFUSED(f.head.child_at = 8, "children in the header");
	REFUSED(f.head.page_at = SIZE, "pages behind its end");
	REFUSED(f.head.page_step = 8, "pages over each other");
	REFUSED(f.head.client_size = 8, "rows that are too small");
	REFUSED(f.head.listeners = STATUS_LISTENERS + 1, "more listeners than room");
	for (size_t len = 0; len < SIZE; len += 97)
		taken += !read_from(&whole, len, &a);
	IS_INT(taken, 0, "none that is cut short");
}

/* A file that is empty where nothing was written: a terabyte of it costs nothing. */
static void test_sparse(void)
{
	struct file f = sound();
	struct area a;
	int fd = memfd_create("area", 0);

	f.head.clients = 1u << 30;
	if (write(fd, &f, sizeof(f)) != sizeof(f) || ftruncate(fd, INT64_C(1) << 40) < 0)
		OK(false, "memfd");
	region_free(region);
	region = region_new();
	OK(area_read(&a, fd, region) != NULL, "a thousand million clients");
	close(fd);
}

int main(void)
{
	test_sound();
	test_earlier();
	test_texts();
	test_lies();
	test_sparse();
	region_free(region);
	return tap_done();
}
