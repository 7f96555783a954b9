/* recorder_world: a recorder without a network: a chosen clock, two private directories, streams
 * and the files that are expected of them, and events as text. For the programs test_recorder*. */
#ifndef RECORDER_WORLD_H
#define RECORDER_WORLD_H

#include "tap.h"
#include "support.h"

#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "capture/frame.h"
#include "record/recorder.h"

#define UNUSED __attribute__((unused))

#define NOW   1794000000 /* 2026-11-06 21:20:00 UTC */
#define STAMP "trace-c-20261106_212000"

/* ---- the world of one recording ---- */

static char *dir;
static int base = -1, done = -1;
static struct recorder r;
static struct recorder_settings settings;
static struct stats stats;
static char events[1 << 16];
static size_t events_len;
static uint8_t buf[1 << 21];
static size_t held;
static enum recorder_status status;
static time_t now;
static bool (*no_room)(int error, unsigned attempt);
static bool store_ends; /* while it waits for room */

__attribute__((format(printf, 1, 2))) static void event(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(events + events_len, sizeof(events) - events_len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof(events) - events_len)
		events_len += (size_t)n;
}

UNUSED static void on_header(void *context)
{
	(void)context;
	event("header\n");
}

UNUSED static void on_opened(void *context, const char *name)
{
	(void)context;
	event("opened %s\n", name);
}

UNUSED static void on_published(void *context, const char *name, const char *was, const char *why,
    uint64_t packets, uint64_t bytes)
{
	(void)context;
	event("published %s%s%s %s packets=%" PRIu64 " bytes=%" PRIu64 "\n", name,
	    was ? " was " : "", was ? was : "", why, packets, bytes);
}

UNUSED static void on_unsynced(void *context, const char *name, int error)
{
	(void)context;
	event("unsynced %s %s\n", name, error ? "error" : "no error");
}

UNUSED static void on_unpublished(void *context, const char *name, const char *why, int error)
{
	(void)context;
	event("unpublished %s %s %s\n", name, why, error ? "error" : "no error");
}

UNUSED static void on_gone(
    void *context, const char *name, bool deleted, uint64_t packets, uint64_t bytes)
{
	(void)context;
	event("%s %s packets=%" PRIu64 " bytes=%" PRIu64 "\n", deleted ? "deleted" : "moved", name,
	    packets, bytes);
}

UNUSED static enum recorder_room on_full(void *context, int error, unsigned attempt)
{
	(void)context;
	event("full %s %u\n", error == ENOSPC ? "ENOSPC" : "?", attempt);
	if (store_ends)
		return ROOM_NO_STORE;
	return no_room && no_room(error, attempt) ? ROOM_TRY : ROOM_GIVE_UP;
}

UNUSED static void on_room(void *context)
{
	(void)context;
	event("room\n");
}

UNUSED static void on_cut(void *context, uint32_t caplen)
{
	(void)context;
	event("cut %u\n", caplen);
}

static int open_directory(int at, const char *name)
{
	int fd;

	if (mkdirat(at, name, 0755) != 0 && errno != EEXIST)
		support_die(name);
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		support_die(name);
	return fd;
}

/* Empty directories; a recorder for pcap of at most 9000 bytes, never rotated. */
UNUSED static void begin(void)
{
	empty_directory(base);
	empty_directory(done);
	settings = (struct recorder_settings){.base = base,
	    .done = done,
	    .mode = 0440,
	    .max_snaplen = 9000,
	    .rotate = {ROTATE_NEVER, 1},
	    .header_changes_per_minute = 60,
	    .stem = "c",
	    .local = gmtime_r};
	events[events_len = 0] = 0;
	held = 0;
	status = RECORDER_OK;
	now = NOW;
	no_room = NULL;
	store_ends = false;
}

UNUSED static void init(void)
{
	static const struct recorder_events on = {.header = on_header,
	    .opened = on_opened,
	    .published = on_published,
	    .unsynced = on_unsynced,
	    .unpublished = on_unpublished,
	    .gone = on_gone,
	    .wait_for_room = on_full,
	    .room_again = on_room,
	    .cut = on_cut};

	memset(&stats, 0, sizeof(stats));
	recorder_init(&r, &settings, &on, &stats);
}

UNUSED static void end(const char *why)
{
	recorder_close_file(&r, why);
	recorder_free(&r);
}

/* Hands over bytes as a child does: what is no whole frame yet is kept for the next time. */
UNUSED static void feed(const uint8_t *p, size_t n)
{
	size_t used = 0;

	if (status != RECORDER_OK)
		return;
	memcpy(buf + held, p, n);
	held += n;
	/* behind it lies what looks like frames */
	memset(buf + held, FRAME_LINK_DATA, sizeof(buf) - held < 4096 ? sizeof(buf) - held : 4096);
	status = recorder_feed(&r, buf, held, now, &used);
	if (used > held) {
		OK(false, "%zu bytes used of %zu", used, held);
		used = held;
	}
	memmove(buf, buf + used, held - used);
	held -= used;
}

/* ---- streams ---- */

static uint8_t payload[70000];
static size_t payload_len;
static uint8_t in[4 << 20]; /* frames */
static size_t in_len;
static uint8_t want[4 << 20]; /* the file */
static size_t want_len;

UNUSED static void clear(void)
{
	in_len = want_len = 0;
}

UNUSED static void put(uint32_t v)
{
	bytes_store32(payload + payload_len, v, false);
	payload_len += 4;
}

UNUSED static void pcap_header(uint32_t link)
{
	payload_len = 0;
	put(0xa1b2c3d4);
	put(0x00040002);
	put(0);
	put(0);
	put(9000);
	put(link);
}

/* A record of 16 + n bytes. */
UNUSED static void record(uint32_t n)
{
	static unsigned tag;

	payload_len = 0;
	put(1794000000);
	put(0);
	put(n);
	put(n);
	memset(payload + payload_len, (int)(++tag % 251), n);
	payload_len += n;
}

UNUSED static void idb(uint32_t link, uint32_t extra)
{
	put(1);
	put(20 + extra);
	put(link);
	put(9000);
	if (extra) { /* one comment */
		put(1 | (extra - 4) << 16);
		memset(payload + payload_len, 'x', extra - 4);
		payload_len += extra - 4;
	}
	put(20 + extra);
}

UNUSED static void section(void)
{
	payload_len = 0;
	put(0x0a0d0d0a);
	put(28);
	put(0x1a2b3c4d);
	put(1);
	put(0xffffffff);
	put(0xffffffff);
	put(28);
	idb(1, 0);
}

UNUSED static void epb(uint32_t interface, uint32_t n)
{
	put(6);
	put(32 + n);
	put(interface);
	put(0x00065e6b);
	put(0x3a5d2b10);
	put(n);
	put(n);
	memset(payload + payload_len, 0xab, n);
	payload_len += n;
	put(32 + n);
}

/* The payload as a frame at the end of the input. */
UNUSED static void frame(unsigned type)
{
	in[in_len++] = (uint8_t)type;
	in[in_len++] = 0;
	in[in_len++] = (uint8_t)(payload_len >> 8);
	in[in_len++] = (uint8_t)payload_len;
	memcpy(in + in_len, payload, payload_len);
	in_len += payload_len;
}

/* The payload at the end of the file that is expected. */
UNUSED static void expect(void)
{
	memcpy(want + want_len, payload, payload_len);
	want_len += payload_len;
}

UNUSED static void go(void)
{
	feed(in, in_len);
	in_len = 0;
}

/* header: 24 bytes */
UNUSED static void send_header(uint32_t link)
{
	pcap_header(link);
	frame(0);
	go();
}

/* One packet of 16 + n bytes, at once. */
UNUSED static void send_record(uint32_t n)
{
	record(n);
	frame(1);
	go();
}

/* One packet of n bytes, and nothing else in its frame. */
UNUSED static void send_epb(uint32_t interface, uint32_t n)
{
	payload_len = 0;
	epb(interface, n);
	frame(1);
	go();
}

/* The file that is expected begins with a section; what it contains can be put behind it. */
UNUSED static void want_section(void)
{
	want_len = 0;
	section();
	expect();
	payload_len = 0;
}

/* A header and one packet of 16 + n bytes: sent, and expected as a file. */
UNUSED static void begin_file(uint32_t n)
{
	send_header(1);
	clear();
	pcap_header(1);
	expect();
	record(n);
	expect();
	frame(1);
	go();
}

/* ---- what came of it ---- */

UNUSED static void is_file(int at, const char *name, unsigned mode, const char *text)
{
	size_t n;
	uint8_t *p = read_file(at, name, &n);
	struct stat st;

	if (geteuid() != 0 && !p && fstatat(at, name, &st, 0) == 0 && !(st.st_mode & 0400)) {
		IS_INT(st.st_size, want_len, "%s: size", text);
		return;
	}
	if (!OK(p != NULL, "%s: %s is there", text, name))
		return;
	if (!OK(n == want_len && memcmp(p, want, n) == 0, "%s: its content", text))
		printf("# %zu bytes, should be %zu\n", n, want_len);
	if (fstatat(at, name, &st, 0) == 0)
		IS_INT(st.st_mode & 07777, mode, "%s: its mode", text);
	free(p);
}

UNUSED static bool exists(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

UNUSED static bool locked(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

	close(fd);
	return is;
}

UNUSED static unsigned count(int at)
{
	DIR *d = fdopendir(openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	unsigned n = 0;

	if (!d)
		support_die("directory");
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

/* Name, size and a hash of the content of everything in a directory, in a fixed order. */
UNUSED static char *digest(int at)
{
	struct dirent **list;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char path[64];
	int n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", at);
	n = scandir(path, &list, NULL, alphasort);
	if (!out || n < 0)
		support_die("scandir");
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.') {
			size_t size;
			uint8_t *p = read_file(at, list[i]->d_name, &size);
			uint64_t hash = 0xcbf29ce484222325u;

			for (size_t k = 0; p && k < size; k++)
				hash = (hash ^ p[k]) * 0x100000001b3u;
			fprintf(out, "%s %zu %" PRIx64 "\n", list[i]->d_name, size, hash);
			free(p);
		}
		free(list[i]);
	}
	free(list);
	fclose(out);
	return text;
}

/* ---- the frame of a program ---- */

static int world_open(void)
{
	int at;

	umask(022);
	dir = temporary_directory();
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	base = open_directory(at, "base");
	done = open_directory(at, "done");
	return at;
}

static int world_close(int at)
{
	close(base);
	close(done);
	close(at);
	remove_directory(dir);
	return tap_done();
}

#endif
