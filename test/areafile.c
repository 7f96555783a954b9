/* areafile: a status area as a server publishes it (src/status/layout.h), of clients that there are
 * not, for who reads one.
 *
 * usage: areafile DIRECTORY CONFIG CLIENTS CONNECTED
 *
 * Client I is "site-I"; the first CONNECTED are connected, record "trace-site-I-….pcap", and have a
 * thousand packets of a thousand bytes a second since a minute ago, two thousand in the last eight
 * seconds. Holds the lock of a server that
 * runs, and says "ready"; then, for each byte on standard input: "p", ten packets of the first
 * client come; "s", it is silent; "w", it waits for room; at the end of input it ends, and the file
 * stays, as that of a server that was killed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "status/layout.h"

#define SLOTS 2048u

static int64_t now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void read_boot(char *out, size_t size)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");

	if (!f || !fgets(out, (int)size, f))
		die("boot_id");
	out[strcspn(out, "\n")] = '\0';
	fclose(f);
}

static void *map(const char *path, size_t size)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
	void *at;

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0 || fcntl(fd, F_SETLK, &lock) < 0)
		die(path);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		die(path);
	return at;
}

static void make_head(struct status_server *h, const char *config, size_t clients, size_t top)
{
	size_t step = (size_t)sysconf(_SC_PAGESIZE);

	*h = (struct status_server){.version = STATUS_VERSION,
	    .byte_order = STATUS_BYTE_ORDER,
	    .header_size = sizeof(struct status_server),
	    .child_size = sizeof(struct status_child),
	    .client_size = sizeof(struct status_client),
	    .page_size = sizeof(struct status_page),
	    .page_step = step,
	    .slots = SLOTS,
	    .child_at = sizeof(struct status_server),
	    .page_at = (sizeof(*h) + SLOTS * sizeof(struct status_child) + step - 1) / step * step,
	    .pid = (uint32_t)getpid(),
	    .started_ms = now_ms(CLOCK_MONOTONIC) - 60000,
	    .started_unix = time(NULL) - 60,
	    .program = "osmo-pcap-server 0",
	    .sandbox = "full",
	    .clients = clients,
	    .top = top,
	    .state = STATUS_RUNNING,
	    .generation = 1,
	    .generation_ms = now_ms(CLOCK_MONOTONIC) - 60000,
	    .max_connections = 1000,
	    .connections = top,
	    .accepted = top,
	    .listeners = 1,
	    .listener = {"0.0.0.0:54321"},
	    .sampled_ms = {now_ms(CLOCK_MONOTONIC) - 3000, now_ms(CLOCK_MONOTONIC) - 8000}};
	memcpy(h->magic, STATUS_MAGIC, sizeof(h->magic));
	read_boot(h->boot, sizeof(h->boot));
	snprintf(h->config, sizeof(h->config), "%s", config);
	h->client_at = h->page_at + SLOTS * step;
}

static void make_child(struct status_child *k, struct status_page *p, size_t i)
{
	int64_t now = now_ms(CLOCK_MONOTONIC);

	*k = (struct status_child){.state = STATUS_RUNNING,
	    .pid = (uint32_t)getpid(),
	    .client = (uint32_t)i,
	    .order = i + 1,
	    .generation = 1,
	    .since_ms = now - 60000,
	    .start_boot_ms = now_ms(CLOCK_BOOTTIME) - 60000,
	    .established_ms = now - 60000,
	    .packets_at = {54000, 44000},
	    .bytes_at = {54000000, 44000000}};
	snprintf(k->name, sizeof(k->name), "site-%zu", i);
	snprintf(k->peer, sizeof(k->peer), "192.0.2.%zu:40000", i % 250);
	*p = (struct status_page){.stats = {.packets = 60000,
				      .bytes = 60000000,
				      .files = 1,
				      .file_bytes = 60000000,
				      .heard_ms = (uint64_t)now},
	    .file_unix = time(NULL) - 60};
	snprintf(p->file, sizeof(p->file), "trace-site-%zu-20261128_100000.pcap", i);
}

static void make_client(struct status_client *c, size_t i, bool connected)
{
	int64_t now = now_ms(CLOCK_MONOTONIC);

	*c = (struct status_client){.since_ms = now - 60000,
	    .connections = connected,
	    .connected = connected,
	    .last_connection_ms = connected ? now - 60000 : 0,
	    .store = 1};
	snprintf(c->name, sizeof(c->name), "site-%zu", i);
}

static void obey(char key, struct status_page *p, struct status_client *c)
{
	if (key == 'p') {
		p->stats.packets += 10;
		p->stats.bytes += 10000;
		p->stats.heard_ms = (uint64_t)now_ms(CLOCK_MONOTONIC);
	} else if (key == 's') {
		c->max_silence_s = 1;
		c->silent = 1;
		c->silent_ms = now_ms(CLOCK_MONOTONIC);
	} else if (key == 'w') {
		p->stats.waiting = 1;
	}
}

int main(int argc, char **argv)
{
	size_t clients, connected, size;
	struct status_server head;
	struct status_client *c;
	char path[PATH_MAX], *at, key;

	if (argc != 5)
		return 2;
	clients = strtoul(argv[3], NULL, 10);
	connected = strtoul(argv[4], NULL, 10);
	if (connected > SLOTS || connected > clients)
		return 2;
	make_head(&head, argv[2], clients, connected);
	size = head.client_at + clients * sizeof(*c);
	snprintf(path, sizeof(path), "%s/%s%d", argv[1], STATUS_PREFIX, (int)getpid());
	at = map(path, size);
	memcpy(at, &head, sizeof(head));
	c = (struct status_client *)(void *)(at + head.client_at);
	for (size_t i = 0; i < clients; i++)
		make_client(&c[i], i, i < connected);
	for (size_t i = 0; i < connected; i++)
		make_child((struct status_child *)(void *)(at + head.child_at) + i,
		    (struct status_page *)(void *)(at + head.page_at + i * head.page_step), i);
	puts("ready");
	fflush(stdout);
	while (read(0, &key, 1) == 1)
		obey(key, (struct status_page *)(void *)(at + head.page_at), c);
	return 0;
}
