/* status: what osmo-pcap-status reads: a status area, and an HTTP request.
 *
 * The input: which one (a byte), then a request; or changes to a sound area, each an offset (two
 * bytes), a length (one) and so many bytes. Whatever is read as an area gives clients with names,
 * each once, and lines that fit and that drive no terminal. Of a request no beginning is one. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/parse.h"
#include "watch/metrics.h"
#include "watch/request.h"
#include "watch/since.h"
#include "watch/snapshot.h"
#include "watch/table.h"

#define CLOCK 1000000

/* ---- a request ---- */

static const char *const here[] = {"pcap", "pcap.example.org", NULL};

static void request(const char *text, size_t len)
{
	bool head, part;
	enum request what = request_parse(text, len, here, &head);

	MUST(what <= REQUEST_BAD, "%d", (int)what);
	if (what == REQUEST_MORE || what == REQUEST_BAD)
		return;
	/* a method of one letter is a method, though none that is known */
	MUST(len >= 16 && memcmp(text + len - 4, "\r\n\r\n", 4) == 0, "it has no end");
	for (size_t n = 0; n < len; n += 1 + n / 8)
		MUST(request_parse(text, n, here, &part) == REQUEST_MORE, "%zu bytes of it are one",
		    n);
}

/* ---- an area ---- */

struct file {
	struct status_server head;
	struct status_child child[2];
	struct status_page page[2];
	struct status_client client[2];
};

static void make(struct file *f)
{
	memset(f, 0, sizeof(*f));
	f->head = (struct status_server){.version = STATUS_VERSION,
	    .byte_order = STATUS_BYTE_ORDER,
	    .header_size = sizeof(struct status_server),
	    .child_size = sizeof(struct status_child),
	    .client_size = sizeof(struct status_client),
	    .page_size = sizeof(struct status_page),
	    .page_step = sizeof(struct status_page),
	    .slots = 2,
	    .child_at = offsetof(struct file, child),
	    .page_at = offsetof(struct file, page),
	    .client_at = offsetof(struct file, client),
	    .clients = 2,
	    .top = 2};
	memcpy(f->head.magic, STATUS_MAGIC, sizeof(f->head.magic));
	strcpy(f->child[0].name, "foo");
	strcpy(f->client[0].name, "foo");
	strcpy(f->client[1].name, "bar");
	f->child[0].state = STATUS_RUNNING;
}

static void change(uint8_t *file, size_t size, const uint8_t *data, size_t len)
{
	while (len >= 3) {
		size_t at = (size_t)(data[0] | data[1] << 8) % size, n = data[2];

		data += 3;
		len -= 3;
		n = n < len ? n : len;
		n = n < size - at ? n : size - at;
		memcpy(file + at, data, n);
		data += n;
		len -= n;
	}
}

static void look_at_text(const char *text, size_t width)
{
	for (; *text; text += strcspn(text, "\n") + 1) {
		size_t len = strcspn(text, "\n");

		MUST(len <= width, "a line of %zu", len);
		for (size_t i = 0; i < len; i++)
			MUST(text[i] >= ' ' && text[i] <= '~', "a character %d", text[i]);
		MUST(text[len] == '\n', "an end without a newline");
	}
}

static void print(const struct snapshot *s, size_t width)
{
	struct table_look look = {.width = width, .lines = width / 4};
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	MUST(to, "memory");
	if (width > 0)
		table_print(s, &look, to);
	else
		metrics_print(s, to);
	fclose(to);
	MUST(strlen(text) == len, "a NUL");
	look_at_text(text, width > 0 ? width : SIZE_MAX);
	free(text);
}

static void look_at(const struct area *a, struct region *r, uint8_t how)
{
	struct snapshot_source source = {.area = a, .alive = how & 2};
	struct snapshot s;

	MUST(snapshot_make(&s, r, &source, 1, INT64_C(1795880000000), CLOCK), "memory");
	for (size_t i = 0; i < s.clients; i++) {
		MUST(parse_name(s.client[i].name), "%s", s.client[i].name);
		for (size_t k = 0; k < i; k++)
			MUST(strcmp(s.client[i].name, s.client[k].name) != 0, "twice");
	}
	since_rates(&s, &s);
	print(&s, 0);
	print(&s, 1 + how % 200u);
}

static void area(const uint8_t *data, size_t len, uint8_t how)
{
	static struct file f;
	static int fd = -1;
	struct region *r = region_new();
	struct area a;

	if (fd < 0)
		fd = memfd_create("area", 0);
	make(&f);
	change((uint8_t *)&f, sizeof(f), data, len);
	MUST(r && pwrite(fd, &f, sizeof(f), 0) == sizeof(f), "memory");
	if (!area_read(&a, fd, r))
		look_at(&a, r, how);
	region_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 1)
		return 0;
	if (data[0] & 1)
		request((const char *)data + 1, len - 1);
	else
		area(data + 1, len - 1, data[0]);
	return 0;
}
