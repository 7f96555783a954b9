/* test_recorder: bytes of a stream in, capture files out, without a network: a chosen clock, a
 * private directory. Rotation, repeated headers, names that are taken, marks and modes, full
 * disks, refused streams, and that it does not matter how the stream was split. */
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

static void on_header(void *context)
{
	(void)context;
	event("header\n");
}

static void on_opened(void *context, const char *name)
{
	(void)context;
	event("opened %s\n", name);
}

static void on_published(void *context, const char *name, const char *was, const char *why,
    uint64_t packets, uint64_t bytes)
{
	(void)context;
	event("published %s%s%s %s packets=%" PRIu64 " bytes=%" PRIu64 "\n", name,
	    was ? " was " : "", was ? was : "", why, packets, bytes);
}

static void on_unsynced(void *context, const char *name, int error)
{
	(void)context;
	event("unsynced %s %s\n", name, error ? "error" : "no error");
}

static void on_unpublished(void *context, const char *name, const char *why, int error)
{
	(void)context;
	event("unpublished %s %s %s\n", name, why, error ? "error" : "no error");
}

static bool on_full(void *context, int error, unsigned attempt)
{
	(void)context;
	event("full %s %u\n", error == ENOSPC ? "ENOSPC" : "?", attempt);
	return no_room && no_room(error, attempt);
}

static void on_room(void *context)
{
	(void)context;
	event("room\n");
}

static void on_cut(void *context, uint32_t caplen)
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
static void begin(void)
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
}

static void init(void)
{
	static const struct recorder_events on = {.header = on_header,
	    .opened = on_opened,
	    .published = on_published,
	    .unsynced = on_unsynced,
	    .unpublished = on_unpublished,
	    .wait_for_room = on_full,
	    .room_again = on_room,
	    .cut = on_cut};

	memset(&stats, 0, sizeof(stats));
	recorder_init(&r, &settings, &on, &stats);
}

static void end(const char *why)
{
	recorder_close_file(&r, why);
	recorder_free(&r);
}

/* Hands over bytes as a child does: what is no whole frame yet is kept for the next time. */
static void feed(const uint8_t *p, size_t n)
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

static void clear(void)
{
	in_len = want_len = 0;
}

static void put(uint32_t v)
{
	bytes_store32(payload + payload_len, v, false);
	payload_len += 4;
}

static void pcap_header(uint32_t link)
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
static void record(uint32_t n)
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

static void idb(uint32_t link, uint32_t extra)
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

static void section(void)
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

static void epb(uint32_t interface, uint32_t n)
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
static void frame(unsigned type)
{
	in[in_len++] = (uint8_t)type;
	in[in_len++] = 0;
	in[in_len++] = (uint8_t)(payload_len >> 8);
	in[in_len++] = (uint8_t)payload_len;
	memcpy(in + in_len, payload, payload_len);
	in_len += payload_len;
}

/* The payload at the end of the file that is expected. */
static void expect(void)
{
	memcpy(want + want_len, payload, payload_len);
	want_len += payload_len;
}

static void go(void)
{
	feed(in, in_len);
	in_len = 0;
}

/* header: 24 bytes */
static void send_header(uint32_t link)
{
	pcap_header(link);
	frame(0);
	go();
}

/* One packet of 16 + n bytes, at once. */
static void send_record(uint32_t n)
{
	record(n);
	frame(1);
	go();
}

/* ---- what came of it ---- */

static void is_file(int at, const char *name, unsigned mode, const char *text)
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

static bool exists(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool locked(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

	close(fd);
	return is;
}

static unsigned count(int at)
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
static char *digest(int at)
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

/* ---- one file ---- */

static void test_one_file(void)
{
	begin();
	init();
	send_header(1);
	IS_STR(events, "header\n", "a header alone: no file");
	IS_INT(count(base) + count(done), 0, "a header alone: nothing in the directories");
	clear();
	pcap_header(1);
	expect();
	for (unsigned i = 0; i < 3; i++) {
		record(84);
		expect();
		frame(1);
		go();
		is_file(base, STAMP ".pcap", 01440, "while it is recorded");
		IS_INT(stats.file_bytes, 24 + 100 * (i + 1), "whole records in the shared page");
		OK(locked(base, STAMP ".pcap"), "while it is recorded: locked");
		OK(!exists(done, STAMP ".pcap"), "while it is recorded: not published");
	}
	IS_INT(status, RECORDER_OK, "all is well");
	IS_INT(stats.frames, 4, "stats: frames");
	IS_INT(stats.packets, 3, "stats: packets");
	IS_INT(stats.bytes, 24 + 300, "stats: bytes");
	IS_INT(stats.files, 1, "stats: files");
	IS_INT(r.frames, 4, "frames");
	IS_INT(r.offset, 28 + 3 * 104, "offset");
	recorder_close_file(&r, "closed");
	is_file(done, STAMP ".pcap", 0440, "published");
	OK(!exists(base, STAMP ".pcap"), "published: gone from base-path");
	OK(!locked(done, STAMP ".pcap"), "published: not locked");
	IS_INT(stats.file_bytes, 0, "published: no current file");
	IS_STR(events,
	    "header\nopened " STAMP ".pcap\npublished " STAMP ".pcap closed packets=3 bytes=324\n",
	    "events of one file");
	recorder_close_file(&r, "again");
	OK(!strstr(events, "again"), "nothing is published twice");
	send_record(84);
	OK(strstr(events, "opened " STAMP "-1.pcap"), "the next packet opens another");
	end("closed");
	IS_INT(count(done), 2, "two files");
	IS_INT(count(base), 0, "none is left");
}

static void test_same_directory(void)
{
	begin();
	settings.done = base;
	init();
	send_header(1);
	clear();
	pcap_header(1);
	expect();
	record(10);
	expect();
	frame(1);
	go();
	end("closed");
	is_file(base, STAMP ".pcap", 0440, "no completed-path");
	OK(!locked(base, STAMP ".pcap"), "no completed-path: not locked");
	IS_INT(count(base), 1, "no completed-path: one file");
}

static void test_modes(void)
{
	static const unsigned masks[] = {0, 022, 077, 0777},
			      modes[] = {0440, 0400, 0600, 0644, 0666, 0777, 0000, 0222};
	mode_t before = umask(0);

	for (size_t i = 0; i < COUNT(masks); i++)
		for (size_t k = 0; k < COUNT(modes); k++) {
			char text[64];
			struct stat st = {0};

			umask(masks[i]);
			begin();
			settings.mode = modes[k];
			init();
			send_header(1);
			clear();
			pcap_header(1);
			expect();
			record(10);
			expect();
			frame(1);
			go();
			IS_INT(fstatat(base, STAMP ".pcap", &st, 0), 0, "open under umask %o",
			    masks[i]);
			OK(st.st_mode & 01000, "marked under umask %o with mode %o", masks[i],
			    modes[k]);
			/* but its owner may always read it: repair is the owner */
			IS_INT(st.st_mode & 0777 & ~(modes[k] | 0400u), 0,
			    "no more rights than mode %o under umask %o", modes[k], masks[i]);
			end("closed");
			snprintf(
			    text, sizeof(text), "mode %04o under umask %04o", modes[k], masks[i]);
			is_file(done, STAMP ".pcap", modes[k], text);
		}
	umask(before);
}

static void test_store_false(void)
{
	begin();
	settings.base = settings.done = -1;
	init();
	send_header(1);
	send_record(84);
	send_record(84);
	IS_INT(status, RECORDER_OK, "store=false: accepted");
	IS_INT(stats.packets, 2, "store=false: packets are counted");
	IS_INT(stats.bytes, 224, "store=false: bytes are counted");
	IS_INT(stats.files, 0, "store=false: no file");
	send_header(113);
	send_record(84);
	IS_INT(stats.packets, 3, "store=false: packets after another header");
	send_record(9001);
	IS_INT(status, RECORDER_OK, "store=false: a long packet is accepted");
	IS_INT(stats.cut, 1, "store=false: and counted as cut");
	record(84);
	payload_len--;
	frame(1);
	go();
	IS_INT(status, RECORDER_PROTOCOL, "store=false: validated all the same");
	end("error");
	IS_STR(events, "header\ncut 9001\n", "store=false: no file events");
	IS_INT(count(base) + count(done), 0, "store=false: nothing is written");
}

/* ---- rotation by size ---- */

static void test_size(void)
{
	/* records of 100 bytes behind 24 */
	static const struct {
		uint64_t max;
		unsigned packets, files;
		const char *last; /* how many packets the last file has */
	} rows[] = {{0, 50, 1, "packets=50"}, {324, 9, 3, "packets=3"}, {323, 9, 5, "packets=1"},
	    {325, 9, 3, "packets=3"}, {423, 10, 4, "packets=1"}, {424, 8, 2, "packets=4"},
	    {1, 4, 4, "packets=1"}, {24, 4, 4, "packets=1"}, {123, 4, 4, "packets=1"},
	    {124, 4, 4, "packets=1"}, {223, 4, 4, "packets=1"}, {224, 4, 2, "packets=2"},
	    {1u << 30, 50, 1, "packets=50"}};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned at_once = 0; at_once < 2; at_once++) {
			unsigned files = 0, big = 0;

			begin();
			settings.max_file_size = rows[i].max;
			init();
			clear();
			pcap_header(1);
			frame(0);
			for (unsigned k = 0; k < rows[i].packets; k++) {
				if (!at_once)
					go();
				record(84);
				frame(1);
			}
			go();
			end("closed");
			for (const char *p = events; (p = strstr(p, "published ")); p++) {
				const char *bytes = strstr(p, "bytes=");

				files++;
				big += bytes && rows[i].max >= 124 &&
				       strtoull(bytes + 6, NULL, 10) > rows[i].max;
			}
			IS_INT(files, rows[i].files, "max-file-size %" PRIu64 ": files, %s",
			    rows[i].max, at_once ? "at once" : "one by one");
			IS_INT(count(done), rows[i].files, "max-file-size %" PRIu64 ": there",
			    rows[i].max);
			IS_INT(big, 0, "max-file-size %" PRIu64 ": not above", rows[i].max);
			OK(strstr(events, rows[i].last), "max-file-size %" PRIu64 ": %s at last",
			    rows[i].max, rows[i].last);
			OK(rows[i].files == 1 || strstr(events, " size packets="),
			    "max-file-size %" PRIu64 ": the reason", rows[i].max);
			IS_INT(stats.packets, rows[i].packets, "max-file-size %" PRIu64 ": packets",
			    rows[i].max);
		}
}

/* The same for blocks: 48 bytes, then 92 each. */
static void test_size_pcapng(void)
{
	static const struct {
		uint64_t max;
		unsigned files;
	} rows[] = {{232, 2}, {231, 4}, {324, 2}, {323, 2}, {416, 1}, {415, 2}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		begin();
		settings.max_file_size = rows[i].max;
		init();
		clear();
		section();
		frame(0);
		for (unsigned k = 0; k < 4; k++) {
			payload_len = 0;
			epb(0, 60);
			frame(1);
		}
		go();
		end("closed");
		IS_INT(count(done), rows[i].files, "pcapng, max-file-size %" PRIu64 ": files",
		    rows[i].max);
	}
}

/* Every file begins with the header and holds its part of the records. */
static void test_size_contents(void)
{
	char name[64];
	static uint8_t records[12][116];

	begin();
	settings.max_file_size = 24 + 5 * 116;
	init();
	clear();
	pcap_header(1);
	frame(0);
	for (unsigned i = 0; i < 12; i++) {
		record(100);
		memcpy(records[i], payload, sizeof(records[i]));
		frame(1);
	}
	go();
	end("closed");
	for (unsigned f = 0; f < 3; f++) {
		want_len = 0;
		pcap_header(1);
		expect();
		for (unsigned i = 5 * f; i < 12 && i < 5 * (f + 1); i++) {
			memcpy(want + want_len, records[i], sizeof(records[i]));
			want_len += sizeof(records[i]);
		}
		snprintf(name, sizeof(name), f ? STAMP "-%u.pcap" : STAMP ".pcap", f);
		is_file(done, name, 0440, "by size");
	}
	IS_STR(events,
	    "header\nopened " STAMP ".pcap\npublished " STAMP
	    ".pcap size packets=5 bytes=604\nopened " STAMP "-1.pcap\npublished " STAMP
	    "-1.pcap size packets=5 bytes=604\nopened " STAMP "-2.pcap\npublished " STAMP
	    "-2.pcap closed packets=2 bytes=256\n",
	    "by size: events");
}

/* ---- rotation by time ---- */

static void test_time(void)
{
	static const struct {
		const char *rule;
		struct rotate rotate;
		long at[8]; /* seconds after NOW at which a packet comes; 0 ends but at the first */
		const char *want;
	} rows[] = {
	    {"never", {ROTATE_NEVER, 1}, {0, 1, 100000, 100000000}, "4"},
	    {"minute", {ROTATE_MINUTE, 1}, {0, 1, 59}, "3"},
	    {"minute", {ROTATE_MINUTE, 1}, {0, 1, 59, 60}, "3 1"},
	    {"minute", {ROTATE_MINUTE, 1}, {0, 600}, "1 1"},
	    {"minute mod 7", {ROTATE_MINUTE, 7}, {0, 59, 60, 479, 480}, "2 2 1"},
	    {"second", {ROTATE_SECOND, 1}, {0, 1, 2, 2}, "1 1 2"},
	    {"hour", {ROTATE_HOUR, 1}, {0, 2399, 2400, 5999, 6000}, "2 2 1"},
	    {"day", {ROTATE_DAY, 1}, {0, 9599, 9600, 95999, 96000}, "2 2 1"},
	    {"month", {ROTATE_MONTH, 1}, {0, 2082000 - 1, 2083200 - 1, 2083200 + 86400}, "3 1"},
	    {"year", {ROTATE_YEAR, 1}, {0, 4000000, 4761600, 4761601}, "2 2"},
	    /* the clock steps back: a little, by a period, by more */
	    {"minute", {ROTATE_MINUTE, 1}, {30, 29, 1, -20}, "4"},
	    {"minute", {ROTATE_MINUTE, 1}, {30, -31, -32}, "1 2"},
	    {"hour", {ROTATE_HOUR, 1}, {30, -3000, -3569, -3700, -3700}, "3 2"},
	    {"never", {ROTATE_NEVER, 1}, {30, -100000000, 3}, "3"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char got[64] = "";

		begin();
		settings.rotate = rows[i].rotate;
		init();
		send_header(1);
		for (size_t k = 0; k < 8 && (k == 0 || rows[i].at[k]); k++) {
			now = NOW + rows[i].at[k];
			send_record(20);
		}
		end("closed");
		for (const char *p = events; (p = strstr(p, "packets=")); p++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%d",
			    *got ? " " : "", atoi(p + 8));
		IS_STR(got, rows[i].want, "%s, row %zu: packets a file", rows[i].rule, i);
		OK(!strchr(rows[i].want, ' ') || strstr(events, " time packets="),
		    "%s, row %zu: the reason", rows[i].rule, i);
		IS_INT(count(base), 0, "%s, row %zu: nothing is left", rows[i].rule, i);
	}
}

static struct tm *ahead(const time_t *when, struct tm *out)
{
	time_t t = *when + 5400;

	return gmtime_r(&t, out);
}

static void test_names(void)
{
	begin();
	settings.rotate = (struct rotate){ROTATE_HOUR, 1};
	settings.local = ahead;
	init();
	send_header(1);
	send_record(20);
	now = NOW + 599;
	send_record(20);
	now = NOW + 601;
	send_record(20);
	end("closed");
	IS_STR(events,
	    "header\nopened trace-c-20261106_225000.pcap\n"
	    "published trace-c-20261106_225000.pcap time packets=2 bytes=96\n"
	    "opened trace-c-20261106_230001.pcap\n"
	    "published trace-c-20261106_230001.pcap closed packets=1 bytes=60\n",
	    "names and periods are of the local clock, at creation");

	/* an identical header opens no file and does not keep one from ending */
	begin();
	settings.rotate = (struct rotate){ROTATE_MINUTE, 1};
	init();
	send_header(1);
	send_record(20);
	now = NOW + 120;
	send_header(1);
	IS_INT(count(done), 0, "no rotation without a packet");
	IS_INT(count(base), 1, "and no file");
	end("stop");
	OK(strstr(events, ".pcap stop packets=1"), "the reason of closing is the caller's");
}

/* ---- taken names ---- */

static void test_taken(void)
{
	static const char old[] = "somebody else's";
	char *text;

	begin();
	write_file(base, STAMP ".pcap", old, sizeof(old));
	write_file(done, STAMP "-1.pcap", old, sizeof(old));
	if (symlinkat("/nowhere", base, STAMP "-2.pcap") != 0 ||
	    mkdirat(done, STAMP "-3.pcap", 0755) != 0)
		support_die("taken");
	init();
	send_header(1);
	clear();
	pcap_header(1);
	expect();
	record(20);
	expect();
	frame(1);
	go();
	OK(strstr(events, "opened " STAMP "-4.pcap\n"), "taken in either directory: the next");
	end("closed");
	is_file(done, STAMP "-4.pcap", 0440, "the next");
	want_len = sizeof(old);
	memcpy(want, old, sizeof(old));
	is_file(base, STAMP ".pcap", 0644 & ~umask(022), "what was there");
	is_file(done, STAMP "-1.pcap", 0644, "what was there");

	/* taken while it was recorded */
	begin();
	init();
	send_header(1);
	clear();
	pcap_header(1);
	expect();
	record(20);
	expect();
	frame(1);
	go();
	write_file(done, STAMP ".pcap", old, sizeof(old));
	write_file(done, STAMP "-1.pcap", old, sizeof(old));
	end("closed");
	OK(strstr(
	       events, "published " STAMP "-2.pcap was " STAMP ".pcap closed packets=1 bytes=60\n"),
	    "taken meanwhile in completed-path: the next number, both names told");
	is_file(done, STAMP "-2.pcap", 0440, "the next number");
	want_len = sizeof(old);
	memcpy(want, old, sizeof(old));
	is_file(done, STAMP ".pcap", 0644, "what came meanwhile");
	is_file(done, STAMP "-1.pcap", 0644, "what came meanwhile");
	IS_INT(count(base), 0, "taken meanwhile: nothing is left");

	/* a pcapng name is another name */
	begin();
	write_file(done, STAMP ".pcap", old, sizeof(old));
	init();
	clear();
	section();
	frame(0);
	payload_len = 0;
	epb(0, 4);
	frame(1);
	go();
	end("closed");
	text = digest(done);
	OK(strstr(text, STAMP ".pcapng ") || strstr(text, STAMP "-1.pcapng "), "pcapng is stored");
	free(text);

	/* a clock that is set back to the second of an older file */
	begin();
	settings.rotate = (struct rotate){ROTATE_SECOND, 1};
	init();
	send_header(1);
	send_record(20);
	now = NOW + 5;
	send_record(20);
	now = NOW;
	send_record(20);
	now = NOW + 5;
	send_record(20);
	end("closed");
	text = digest(done);
	OK(strstr(text, STAMP ".pcap 60") && strstr(text, STAMP "-1.pcap 60") &&
		strstr(text, "trace-c-20261106_212005.pcap 60") &&
		strstr(text, "trace-c-20261106_212005-1.pcap 60"),
	    "a clock that steps back overwrites nothing");
	IS_INT(count(done), 4, "a clock that steps back: four files");
	free(text);
}

/* completed-path is gone: the file stays, whole and closed */
static void test_unpublished(void)
{
	int gone;

	begin();
	gone = open_directory(AT_FDCWD, dir);
	close(gone);
	gone = open_directory(base, "gone");
	unlinkat(base, "gone", AT_REMOVEDIR);
	settings.done = gone;
	init();
	send_header(1);
	clear();
	pcap_header(1);
	expect();
	record(20);
	expect();
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "completed-path removed: recorded all the same");
	recorder_close_file(&r, "closed");
	OK(strstr(events, "unpublished " STAMP ".pcap closed error\n"),
	    "completed-path removed: told with an error");
	OK(!strstr(events, "\npublished"), "completed-path removed: not told as published");
	OK(!locked(base, STAMP ".pcap"), "completed-path removed: closed");
	IS_INT(count(base), 1, "completed-path removed: the file stays");
	if (count(base) == 1) {
		struct stat st = {0};

		IS_INT(fstatat(base, STAMP ".pcap", &st, 0), 0, "completed-path removed: there");
		is_file(base, STAMP ".pcap", st.st_mode & 07777, "completed-path removed: whole");
		OK(st.st_mode & CAPFILE_MARK, "completed-path removed: still marked");
	}
	recorder_free(&r);
	close(gone);
}

/* ---- link headers ---- */

static void test_headers(void)
{
	begin();
	init();
	send_header(1);
	for (unsigned i = 0; i < 100000; i++)
		send_header(1);
	IS_INT(status, RECORDER_OK, "the same header 100,000 times: accepted");
	send_record(20);
	send_header(1);
	send_record(20);
	IS_INT(stats.files, 1, "the same header: the same file");
	IS_STR(events, "header\nopened " STAMP ".pcap\n", "the same header: told once");
	send_header(113);
	clear();
	pcap_header(113);
	expect();
	record(30);
	expect();
	frame(1);
	go();
	OK(strstr(events, "published " STAMP ".pcap link-header packets=2 bytes=96\n"),
	    "another header: the file ends");
	end("closed");
	is_file(done, STAMP "-1.pcap", 0440, "the file of the other header");
	IS_INT(count(done), 2, "another header: two files");

	/* headers alone */
	begin();
	init();
	send_header(1);
	send_header(113);
	send_header(1);
	IS_INT(count(base) + count(done), 0, "changed headers without packets: no file");
	send_record(20);
	send_header(113);
	send_header(1);
	send_record(20);
	end("closed");
	IS_INT(count(done), 2, "there and back: two files");
	IS_INT(stats.packets, 2, "there and back: two packets");

	/* from pcap to pcapng and back */
	begin();
	init();
	send_header(1);
	send_record(20);
	clear();
	section();
	expect();
	frame(0);
	payload_len = 0;
	epb(0, 40);
	expect();
	frame(1);
	go();
	send_header(1);
	send_record(20);
	end("closed");
	IS_INT(status, RECORDER_OK, "pcap, pcapng, pcap");
	IS_INT(count(done), 3, "pcap, pcapng, pcap: three files");
	if (exists(done, STAMP "-1.pcapng"))
		is_file(done, STAMP "-1.pcapng", 0440, "pcapng in between");
	else
		is_file(done, STAMP ".pcapng", 0440, "pcapng in between");
}

static void test_header_limit(void)
{
	static const unsigned limits[] = {0, 1, 5, 60};

	for (size_t i = 0; i < COUNT(limits); i++) {
		unsigned n = 0;

		begin();
		settings.header_changes_per_minute = limits[i];
		init();
		send_header(1);
		IS_INT(status, RECORDER_OK, "the first header is no change");
		send_record(20);
		while (n < 200) {
			send_header(n % 2 ? 1 : 113);
			if (status != RECORDER_OK)
				break;
			n++;
			send_record(20);
		}
		IS_INT(n, limits[i], "header changes at a limit of %u", limits[i]);
		IS_INT(status, RECORDER_PROTOCOL, "one more is refused");
		OK(r.reason[0] != 0, "with a reason: %s", r.reason);
		end("error");
		IS_INT(stats.packets, limits[i] + 1, "every packet before it is kept");
		IS_INT(count(done), limits[i] + 1, "in a file a header");
	}
	/* in the next minute as many again */
	begin();
	settings.header_changes_per_minute = 5;
	init();
	send_header(1);
	for (unsigned minute = 0; minute < 4; minute++) {
		now = NOW + 60 * (time_t)minute;
		for (unsigned i = 0; i < 5; i++)
			send_header(200 + 10 * minute + i);
	}
	IS_INT(status, RECORDER_OK, "five changes a minute for four minutes");
	send_header(1);
	IS_INT(status, RECORDER_PROTOCOL, "the sixth in a minute");
	end("error");
	/* a clock that steps back gives no storm of refusals */
	begin();
	settings.header_changes_per_minute = 2;
	init();
	send_header(1);
	send_header(2);
	now = NOW - 100000;
	send_header(3);
	now = NOW - 100000 + 61;
	send_header(4);
	now = NOW - 100000 + 122;
	send_header(5);
	now = NOW - 100000 + 183;
	send_header(6);
	IS_INT(status, RECORDER_OK, "slow changes after a step back of the clock");
	end("closed");
}

/* ---- interfaces in data ---- */

static void test_interfaces(void)
{
	begin();
	settings.max_file_size = 250;
	init();
	clear();
	section(); /* 48 */
	frame(0);
	payload_len = 0;
	idb(113, 0);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "an interface in data");
	IS_INT(count(base), 0, "an interface is no packet: no file");
	payload_len = 0;
	epb(1, 60); /* 92 */
	frame(1);
	go();
	clear();
	section();
	expect();
	payload_len = 0;
	idb(113, 0);
	epb(1, 60);
	expect();
	is_file(base, STAMP ".pcapng", 01440, "the interface stands before the packet");
	/* a third interface while the file is open */
	in_len = 0;
	payload_len = 0;
	idb(101, 8);
	frame(1);
	expect();
	go();
	payload_len = 0;
	epb(2, 4); /* 36: 48 + 20 + 92 + 28 + 36 = 224 */
	frame(1);
	expect();
	go();
	is_file(base, STAMP ".pcapng", 01440, "an interface in the middle");
	IS_INT(stats.files, 1, "one file up to here");
	/* rotation: all that was described is repeated */
	payload_len = 0;
	epb(2, 60);
	frame(1);
	go();
	is_file(done, STAMP ".pcapng", 0440, "the first file as it was");
	want_len = 0;
	section();
	expect();
	payload_len = 0;
	idb(113, 0);
	idb(101, 8);
	epb(2, 60);
	expect();
	is_file(base, STAMP "-1.pcapng", 01440, "all interfaces are repeated");
	/* one that comes in the frame that begins a file stands there once */
	payload_len = 0;
	idb(1, 0);
	epb(3, 60);
	frame(1);
	go();
	want_len = 0;
	section();
	expect();
	payload_len = 0;
	idb(113, 0);
	idb(101, 8);
	idb(1, 0);
	epb(3, 60);
	expect();
	is_file(base, STAMP "-2.pcapng", 01440, "an interface in the frame that begins a file");
	/* and is repeated from then on; the one in the frame's end too */
	payload_len = 0;
	epb(3, 56);
	idb(113, 0);
	frame(1);
	go();
	payload_len = 0;
	epb(4, 60);
	frame(1);
	go();
	want_len = 0;
	section();
	expect();
	payload_len = 0;
	idb(113, 0);
	idb(101, 8);
	idb(1, 0);
	idb(113, 0);
	epb(4, 60);
	expect();
	is_file(base, STAMP "-4.pcapng", 01440, "an interface behind a packet is repeated too");
	/* the same link header again changes nothing */
	section();
	frame(0);
	go();
	payload_len = 0;
	epb(4, 4);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "the same link header after interfaces: they stay");
	end("closed");
	IS_INT(count(base), 0, "all is published");
}

/* ---- sections ---- */

/* A section of one interface, then its packet of n bytes: a file of its own. */
static void expect_section(uint32_t link, uint32_t n)
{
	want_len = payload_len = 0;
	section();
	bytes_store32(payload + 36, link, false);
	epb(0, n);
	expect();
}

static void test_sections(void)
{
	begin();
	init();
	clear();
	section();
	frame(0);
	payload_len = 0;
	epb(0, 4);
	frame(1);
	go();
	/* a packet, and two more sections with theirs in the same frame */
	section();
	bytes_store32(payload + 36, 113, false);
	epb(0, 8);
	memcpy(want, payload, want_len = payload_len);
	section();
	epb(0, 12);
	memcpy(want + want_len, payload, payload_len);
	want_len += payload_len;
	payload_len = 0;
	epb(0, 16);
	memcpy(payload + payload_len, want, want_len);
	payload_len += want_len;
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "sections in data");
	IS_INT(stats.packets, 4, "four packets");
	end("closed");
	IS_INT(count(done), 3, "three files");
	expect_section(113, 8);
	is_file(done, STAMP "-1.pcapng", 0440, "the second section");
	expect_section(1, 12);
	is_file(done, STAMP "-2.pcapng", 0440, "the third, which is as the first");
	want_len = 0;
	section();
	expect();
	payload_len = 0;
	epb(0, 4);
	epb(0, 16);
	expect();
	is_file(done, STAMP ".pcapng", 0440, "the first, with the packet before them");
}

/* Of a frame that is refused nothing is stored, nor does a section of it begin. */
static void test_sections_refused(void)
{
	begin();
	init();
	clear();
	section();
	frame(0);
	payload_len = 0;
	epb(0, 4);
	frame(1);
	section();
	epb(0, 8);
	epb(1, 8);
	memcpy(want, payload, want_len = payload_len);
	payload_len = 0;
	epb(0, 12);
	memcpy(payload + payload_len, want, want_len);
	payload_len += want_len;
	frame(1);
	go();
	IS_INT(status, RECORDER_PROTOCOL, "a bad packet in the section behind a good one");
	end("error");
	IS_INT(count(done), 1, "one file");
	expect_section(1, 4);
	is_file(done, STAMP ".pcapng", 0440, "without any of the frame");

	begin();
	settings.header_changes_per_minute = 2;
	init();
	clear();
	section();
	epb(0, 4);
	frame(0);
	for (int i = 0; i < 2; i++) {
		section();
		epb(0, 8);
		frame(1);
	}
	go();
	IS_INT(status, RECORDER_OK, "as many sections as are allowed");
	section();
	epb(0, 8);
	frame(1);
	go();
	IS_INT(status, RECORDER_PROTOCOL, "one more");
	OK(strstr(r.reason, "header-changes-per-minute"), "with the reason: %s", r.reason);
	end("error");
	IS_INT(count(done), 3, "three files");
}

static void secrets(void)
{
	put(10);
	put(24);
	put(0x544c534b);
	put(2);
	put('x' | 'y' << 8);
	put(24);
}

/* Other blocks in a link header: secrets stand in every file, names once; packets are never lost.
 */
static void test_link_header_blocks(void)
{
	begin();
	init();
	clear();
	for (int i = 0; i < 3; i++) { /* again, and again */
		section();
		secrets();
		put(4);
		put(12);
		put(12);
		epb(0, 4);
		frame(0);
		go();
	}
	IS_INT(status, RECORDER_OK, "blocks behind the interface in a link header");
	IS_INT(stats.packets, 3, "with a packet each time");
	IS_INT(stats.files, 1, "one file");
	recorder_close_file(&r, "reload");
	want_len = 0;
	section();
	secrets();
	expect();
	payload_len = 0;
	for (int i = 0; i < 3; i++) {
		put(4);
		put(12);
		put(12);
		epb(0, 4);
	}
	expect();
	is_file(done, STAMP ".pcapng", 0440, "the header once, the others as often as they came");
	payload_len = 0;
	secrets();
	frame(1);
	go();
	payload_len = 0;
	epb(0, 8);
	frame(1);
	go();
	recorder_close_file(&r, "reload");
	want_len = 0;
	section();
	secrets();
	secrets();
	epb(0, 8);
	expect();
	is_file(done, STAMP "-1.pcapng", 0440, "the next has the secrets of header and data");

	/* an interface behind what is no part of the head: numbered anew when it comes again */
	for (int i = 0; i < 2; i++) {
		section();
		epb(0, 4);
		idb(113, 0);
		epb(1, 4);
		frame(0);
		go();
	}
	IS_INT(status, RECORDER_OK, "an interface behind a packet in a link header");
	end("closed");
	IS_INT(count(done), 4, "a file each time");
	want_len = 0;
	section();
	epb(0, 4);
	idb(113, 0);
	epb(1, 4);
	expect();
	is_file(done, STAMP "-3.pcapng", 0440, "with all of it");
}

/* ---- packets above max_snaplen ---- */

static void test_cut_packets(void)
{
	begin();
	settings.max_snaplen = 60;
	init();
	clear();
	pcap_header(1);
	frame(0);
	expect();
	for (uint32_t n = 58; n < 63; n++) {
		record(n);
		frame(1);
		if (n > 60) {
			bytes_store32(payload + 8, 60, false);
			payload_len = 76;
		}
		expect();
	}
	go();
	IS_INT(status, RECORDER_OK, "records up to 62 bytes, max_snaplen 60");
	IS_INT(stats.cut, 2, "two are cut");
	IS_INT(stats.packets, 5, "all are stored");
	end("closed");
	is_file(done, STAMP ".pcap", 0440, "with their original lengths");
	OK(strstr(events, "cut 61\n") && !strstr(events, "cut 62\n"), "the first cut is told");
}

static void spb(uint32_t original, uint32_t n)
{
	put(3);
	put(16 + n);
	put(original);
	memset(payload + payload_len, 0xab, n);
	payload_len += n;
	put(16 + n);
}

/* Interface 0 says what is there of a simple packet: from the first long one on, max_snaplen. */
static void test_cut_simple(void)
{
	begin();
	settings.max_snaplen = 100;
	init();
	clear();
	section();
	frame(0);
	payload_len = 0;
	idb(113, 0);
	spb(80, 80);
	frame(1);
	payload_len = 0;
	spb(120, 120);
	spb(80, 80);
	epb(1, 60);
	epb(0, 120);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "a simple packet above max_snaplen");
	IS_INT(stats.cut, 2, "is cut, and the enhanced one");
	section();
	frame(0);
	payload_len = 0;
	spb(9001, 9000);
	epb(1, 8);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "the same link header again");
	IS_INT(stats.files, 2, "changes nothing");
	section();
	bytes_store32(payload + 40, 100, false); /* as it stands in the file */
	frame(0);
	payload_len = 0;
	spb(9001, 100);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "one with max_snaplen");
	IS_INT(stats.files, 3, "is another one");
	end("closed");
	want_len = 0;
	section();
	expect();
	payload_len = 0;
	idb(113, 0);
	spb(80, 80);
	expect();
	is_file(done, STAMP ".pcapng", 0440, "what came before keeps its snapshot length");
	want_len = 0;
	section();
	bytes_store32(payload + 40, 100, false);
	expect();
	payload_len = 0;
	idb(113, 0);
	spb(120, 100);
	spb(80, 80);
	epb(1, 60);
	epb(0, 100);
	bytes_store32(payload + payload_len - 4 - 100 - 4, 120, false);
	spb(9001, 100);
	epb(1, 8);
	expect();
	is_file(done, STAMP "-1.pcapng", 0440, "then interface 0 has max_snaplen");

	/* interface and packet in one frame */
	begin();
	settings.max_snaplen = 100;
	init();
	clear();
	section();
	payload_len = 28;
	frame(0);
	payload_len = 0;
	idb(1, 0);
	spb(120, 120);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "the first interface and a long simple packet in one frame");
	recorder_close_file(&r, "reload");
	want_len = 0;
	section();
	bytes_store32(payload + 40, 100, false);
	spb(120, 100);
	expect();
	is_file(done, STAMP ".pcapng", 0440, "it is lowered there");
	payload_len = 0;
	spb(80, 80);
	frame(1);
	go();
	want_len = 0;
	section();
	bytes_store32(payload + 40, 100, false);
	spb(80, 80);
	expect();
	end("closed");
	is_file(done, STAMP "-1.pcapng", 0440, "and in the next file");
}

/* A large beginning of each file leaves half of the limit for packets. */
static void test_size_large_header(void)
{
	begin();
	settings.max_file_size = 1000;
	init();
	clear();
	section(); /* 48 */
	frame(0);
	payload_len = 0;
	idb(1, 800); /* 820: 868 */
	frame(1);
	for (int i = 0; i < 4; i++) {
		payload_len = 0;
		epb(0, 68); /* 100 */
		frame(1);
	}
	go();
	IS_INT(stats.files, 1,
	    "a beginning of 868 bytes, and four packets of 100, max-file-size 1000");
	payload_len = 0;
	epb(0, 68);
	frame(1);
	go();
	IS_INT(stats.files, 2, "the fifth begins another file");
	end("closed");
	IS_INT(count(done), 2, "both are there");
}

/* A changed link header forgets the interfaces that came in data. */
static void test_interfaces_forgotten(void)
{
	begin();
	init();
	clear();
	section();
	frame(0);
	payload_len = 0;
	idb(113, 0);
	epb(1, 4);
	frame(1);
	section();
	idb(113, 0); /* another link header: two interfaces at once */
	frame(0);
	payload_len = 0;
	epb(1, 8);
	frame(1);
	section();
	frame(0);
	payload_len = 0;
	epb(0, 12);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "three link headers");
	payload_len = 0;
	epb(1, 16);
	frame(1);
	go();
	IS_INT(status, RECORDER_PROTOCOL, "an interface of an older link header is none");
	end("error");
	IS_INT(count(done), 3, "three files");
	want_len = 0;
	section();
	expect();
	payload_len = 0;
	epb(0, 12);
	expect();
	is_file(done, STAMP "-2.pcapng", 0440, "the last has its own interfaces only");
}

static void test_interfaces_limit(void)
{
	size_t total;

	begin();
	init();
	clear();
	section();
	frame(0);
	expect();
	total = 48;
	/* up to exactly 1 MiB */
	while (total < FILEHEAD_MAX && status == RECORDER_OK) {
		size_t n = FILEHEAD_MAX - total;

		if (n > 65532)
			n = n - 65532 >= 28 ? 65532 : 60000;
		payload_len = 0;
		idb(1, (uint32_t)n - 20);
		payload[30] = (uint8_t)(total / 60000); /* no two are alike */
		frame(1);
		go();
		expect();
		total += n;
	}
	IS_INT(status, RECORDER_OK, "header and interfaces of 1 MiB");
	IS_INT(total, FILEHEAD_MAX, "exactly 1 MiB");
	payload_len = 0;
	epb(0, 4);
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "a packet after 1 MiB of interfaces");
	expect();
	payload_len = 0;
	idb(1, 0);
	frame(1);
	go();
	IS_INT(status, RECORDER_PROTOCOL, "one more interface is refused");
	OK(r.reason[0] != 0, "with a reason: %s", r.reason);
	end("error");
	OK(strstr(events, "error packets=1 bytes=1048612\n"), "the file holds 1 MiB and a packet");
	is_file(done, STAMP ".pcapng", 0440, "1 MiB and a packet");
}

/* ---- refused streams ---- */

static void test_refused(void)
{
	static const struct {
		const char *name;
		unsigned good; /* whole frames before: a header and records */
		const char *bytes;
		size_t n;
	} rows[] = {
	    {"51 type 2", 3, "\2\0\0\4abcd", 8},
	    {"51 type 7", 3, "\7\0\0\4abcd", 8},
	    {"51 type 255", 3, "\377\0\0\4abcd", 8},
	    {"51 type 2 at once", 0, "\2\0\0\4abcd", 8},
	    {"53 empty header", 3, "\0\0\0\0", 4},
	    {"53 empty header at once", 0, "\0\0\0\0", 4},
	    {"54 empty data", 3, "\1\0\0\0", 4},
	    {"56 data before a header", 0, "\1\0\0\x11\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0x", 21},
	    {"56 empty data before a header", 0, "\1\0\0\0", 4},
	    {"63 header of zeros", 2, "\0\0\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		28},
	    {"69 header of 23 bytes", 1,
		"\0\0\0\x17\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\1\0\1\0\0", 27},
	    {"74 record of 15 bytes", 5, "\1\0\0\xf\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 19},
	    {"71 caplen", 4, "\1\0\0\x11\1\0\0\0\0\0\0\0\2\0\0\0\2\0\0\0x", 21},
	    {"HTTP", 0, "GET / HTTP/1.1\r\n", 16},
	    {"SSH", 0, "SSH-2.0-OpenSSH_9.2\r\n", 21},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned split = 0; split < 3; split++) {
			size_t offset;

			begin();
			init();
			clear();
			for (unsigned k = 0; k < rows[i].good; k++) {
				if (k == 0)
					pcap_header(1);
				else
					record(33 + k);
				expect();
				frame(k > 0);
			}
			offset = in_len;
			memcpy(in + in_len, rows[i].bytes, rows[i].n);
			in_len += rows[i].n;
			record(50); /* what follows is not believed */
			frame(1);
			if (split == 0)
				go();
			for (size_t k = 0; split && k < in_len; k += split == 1 ? 1 : 7)
				feed(in + k, split == 1 ? 1 : in_len - k < 7 ? in_len - k : 7);
			IS_INT(status, RECORDER_PROTOCOL, "%s: refused", rows[i].name);
			IS_INT(r.frames, rows[i].good, "%s: whole frames before", rows[i].name);
			IS_INT(r.offset, offset, "%s: its offset", rows[i].name);
			OK(r.reason[0] && !strchr(r.reason, '\n'), "%s: reason \"%s\"",
			    rows[i].name, r.reason);
			IS_INT(stats.packets, rows[i].good > 1 ? rows[i].good - 1 : 0,
			    "%s: packets before", rows[i].name);
			end("error");
			IS_INT(count(base), 0, "%s: nothing is left", rows[i].name);
			if (rows[i].good > 1)
				is_file(done, STAMP ".pcap", 0440, rows[i].name);
			else
				IS_INT(count(done), 0, "%s: no file", rows[i].name);
		}
}

/* ---- cuts and splits ---- */

/* Whatever the stream is cut to, every whole record of it is in the file when feed returns. */
static void test_cuts(void)
{
	static uint8_t stream[400];
	size_t ends[8], n = 0, len;
	unsigned wrong = 0;

	clear();
	pcap_header(1);
	expect();
	frame(0);
	ends[n++] = in_len;
	for (unsigned i = 0; i < 5; i++) {
		record(i * 13);
		expect();
		frame(1);
		ends[n++] = in_len;
	}
	len = in_len;
	memcpy(stream, in, len);
	for (size_t cut = 0; cut <= len; cut++) {
		size_t whole = 0, got = 0, size = 0;
		uint8_t *p;

		while (whole < n && ends[whole] <= cut)
			whole++;
		begin();
		init();
		feed(stream, cut);
		wrong += status != RECORDER_OK || r.frames != whole ||
			 held != cut - (whole ? ends[whole - 1] : 0);
		p = read_file(base, STAMP ".pcap", &got);
		size = whole < 2 ? 0 : ends[whole - 1] - 4 * whole;
		wrong += got != size || (p && memcmp(p, want, size) != 0) || !p != (whole < 2);
		free(p);
		recorder_close_file(&r, "closed");
		p = read_file(done, STAMP ".pcap", &got);
		wrong += got != size || (p && memcmp(p, want, size) != 0) || !p != (whole < 2);
		free(p);
		recorder_free(&r);
	}
	IS_INT(wrong, 0, "a stream cut at each of %zu bytes leaves its whole records", len);
}

/* A stream of everything: rotation by size, changed and repeated headers, later interfaces. */
static size_t mixed_stream(uint8_t **out)
{
	unsigned interfaces = 0;
	bool pcapng = false;

	clear();
	for (unsigned i = 0; i < 400; i++) {
		uint64_t what = random_below(40);

		if (i == 0 || what == 0) {
			pcapng = i != 0 && random_below(2);
			if (pcapng)
				section();
			else
				pcap_header((uint32_t)random_below(3));
			interfaces = 1;
			frame(0);
		} else if (pcapng) {
			payload_len = 0;
			if (what < 5) {
				idb((uint32_t)random_below(3), (uint32_t)random_below(3) * 8);
				interfaces++;
			}
			if (what > 2)
				epb((uint32_t)random_below(interfaces),
				    (uint32_t)random_below(60) * 4);
			if (what == 9) {
				idb(1, 0);
				interfaces++;
			}
			frame(1);
		} else {
			record((uint32_t)random_below(300));
			frame(1);
		}
	}
	*out = malloc(in_len);
	if (!*out)
		support_die("memory");
	memcpy(*out, in, in_len);
	return in_len;
}

static void test_splits(uint64_t seed)
{
	uint8_t *stream;
	size_t len;
	char *first = NULL, *first_events = NULL;

	random_seed(seed);
	len = mixed_stream(&stream);
	for (unsigned round = 0; round < 6; round++) {
		size_t at = 0;
		char *got;

		begin();
		settings.max_file_size = 3000;
		settings.header_changes_per_minute = 1000;
		init();
		while (at < len) {
			size_t n = round == 0   ? len
				   : round == 1 ? 1
				   : round == 2 ? 1 + (size_t)random_below(9)
						: 1 + (size_t)random_below(5000);

			if (n > len - at)
				n = len - at;
			feed(stream + at, n);
			at += n;
		}
		if (status != RECORDER_OK)
			printf("# %s\n", r.reason);
		OK(status == RECORDER_OK && held == 0, "round %u: all is taken (seed %" PRIu64 ")",
		    round, seed);
		end("closed");
		got = digest(done);
		if (round == 0) {
			first = got;
			first_events = strdup(events);
			OK(count(done) > 10, "the stream makes %u files", count(done));
			continue;
		}
		OK(strcmp(got, first) == 0, "round %u: the same files (seed %" PRIu64 ")", round,
		    seed);
		OK(first_events && strcmp(events, first_events) == 0,
		    "round %u: the same events (seed %" PRIu64 ")", round, seed);
		free(got);
	}
	free(first);
	free(first_events);
	free(stream);
}

static void test_streams(void)
{
	static const struct {
		const char *stream, *name;
	} rows[] = {{"lo-pcap", STAMP ".pcap"}, {"any-pcap", STAMP ".pcap"},
	    {"lo-pcapng", STAMP ".pcapng"}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len, at = 0;
		uint8_t *p = read_stream(rows[i].stream, &len);

		clear();
		for (size_t k = 0; k + 4 <= len;) {
			payload_len = (size_t)p[k + 2] << 8 | p[k + 3];
			memcpy(payload, p + k + 4, payload_len);
			expect();
			k += 4 + payload_len;
		}
		begin();
		init();
		random_seed(i);
		while (at < len) {
			size_t n = 1 + (size_t)random_below(4000);

			if (n > len - at)
				n = len - at;
			feed(p + at, n);
			at += n;
		}
		IS_INT(status, RECORDER_OK, "%s: taken", rows[i].stream);
		end("closed");
		is_file(done, rows[i].name, 0440, rows[i].stream);
		free(p);
	}
}

/* ---- limits of the file system ---- */

/* EFBIG: a new file, and at once again: a storage error. Nothing may be printed meanwhile, for
 * the output may be a file as well. */
static void test_file_limit(void)
{
	struct rlimit before, limit;
	struct sigaction old, ignore = {.sa_handler = SIG_IGN};
	size_t n = 0;
	enum recorder_status first;

	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 4096;
	sigaction(SIGXFSZ, &ignore, &old);
	fflush(stdout);

	begin();
	init();
	clear();
	pcap_header(1);
	frame(0);
	for (; n < 100; n++) {
		record(84);
		frame(1);
	}
	setrlimit(RLIMIT_FSIZE, &limit);
	for (size_t at = 0; at < in_len; at += 700)
		feed(in + at, in_len - at < 700 ? in_len - at : 700);
	first = status;
	record(5000); /* does not fit into any file */
	in_len = 0;
	frame(1);
	go();
	recorder_close_file(&r, "error");
	setrlimit(RLIMIT_FSIZE, &before);
	sigaction(SIGXFSZ, &old, NULL);

	IS_INT(first, RECORDER_OK, "EFBIG: goes on in a new file");
	IS_INT(status, RECORDER_STORAGE, "EFBIG again at once: a storage error");
	OK(r.reason[0] != 0, "EFBIG again at once: reason \"%s\"", r.reason);
	IS_INT(stats.packets, 101, "EFBIG: packets that were accepted");
	recorder_free(&r);
	unsigned long packets = 0;
	for (const char *p = events; (p = strstr(p, "packets=")); p++)
		packets += strtoul(p + 8, NULL, 10);
	IS_INT(packets, 100, "EFBIG: every packet is in a file");
	OK(strstr(events, "published " STAMP ".pcap ") && strstr(events, STAMP "-1.pcap"),
	    "EFBIG: the first is published, a second opened");
	OK(!strstr(events, "packets=0 "), "EFBIG: no file without a packet is published");
	size_t torn = 0, total = 0;
	char name[64];
	for (unsigned i = 0; i < 9; i++) {
		struct stat st;

		snprintf(name, sizeof(name), i ? STAMP "-%u.pcap" : STAMP ".pcap", i);
		if (fstatat(done, name, &st, 0) != 0 && fstatat(base, name, &st, 0) != 0)
			continue;
		torn += st.st_size != 0 && (st.st_size - 24) % 100 != 0;
		total += st.st_size > 24 ? (size_t)st.st_size - 24 : 0;
		torn += st.st_size > 4096;
	}
	IS_INT(torn, 0, "EFBIG: every file is whole");
	IS_INT(total, 10000, "EFBIG: no record is lost, none is there twice");
}

/* The interface that a packet is of must be the same in every file that holds a part of the
 * stream: the high half of the time tells the link type. */
static unsigned wrong_interfaces(const uint8_t *p, size_t len, unsigned *packets)
{
	uint32_t link[64];
	unsigned n = 0, wrong = 0;

	for (size_t at = 0; at + 12 <= len;) {
		uint32_t type = bytes_load32(p + at, false),
			 total = bytes_load32(p + at + 4, false);

		if (total < 12 || total > len - at)
			return wrong + 1;
		if (type == 1 && n < COUNT(link))
			link[n++] = bytes_load32(p + at + 8, false);
		if (type == 6) {
			uint32_t i = bytes_load32(p + at + 8, false);

			wrong += i >= n || link[i] != bytes_load32(p + at + 12, false);
			++*packets;
		}
		at += total;
	}
	return wrong;
}

static void epb_of(uint32_t interface, uint32_t link)
{
	payload_len = 0;
	epb(interface, 56); /* 88 */
	bytes_store32(payload + 12, link, false);
	frame(1);
}

/* EFBIG while interfaces are described in the bytes that are still to be written. */
static void test_file_limit_interfaces(void)
{
	struct rlimit before, limit;
	struct sigaction old, ignore = {.sa_handler = SIG_IGN};
	unsigned wrong = 0, packets = 0;
	char name[64];

	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 4096;
	sigaction(SIGXFSZ, &ignore, &old);
	begin();
	init();
	clear();
	section();
	frame(0);
	for (unsigned i = 0; i < 80; i++) {
		if (i == 40 || i == 60) {
			payload_len = 0;
			idb(i == 40 ? 113 : 101, 0);
			frame(1);
		}
		epb_of(i < 40   ? 0
		       : i < 60 ? i % 2
				: i % 3,
		    i < 40       ? 1
		    : i < 60     ? (i % 2 ? 113 : 1)
		    : i % 3 == 0 ? 1
		    : i % 3 == 1 ? 113
				 : 101);
	}
	fflush(stdout);
	setrlimit(RLIMIT_FSIZE, &limit);
	go();
	payload_len = 0;
	idb(50, 0);
	frame(1);
	for (unsigned i = 0; i < 4; i++)
		epb_of(i, i == 0 ? 1 : i == 1 ? 113 : i == 2 ? 101 : 50);
	go();
	end("closed");
	setrlimit(RLIMIT_FSIZE, &before);
	sigaction(SIGXFSZ, &old, NULL);
	IS_INT(status, RECORDER_OK, "EFBIG among interfaces: goes on");
	for (unsigned i = 0; i < 9; i++) {
		size_t len;
		uint8_t *p;

		snprintf(name, sizeof(name), i ? STAMP "-%u.pcapng" : STAMP ".pcapng", i);
		p = read_file(done, name, &len);
		if (p)
			wrong += wrong_interfaces(p, len, &packets);
		free(p);
	}
	IS_INT(packets, 84, "EFBIG among interfaces: every packet is stored");
	IS_INT(wrong, 0, "EFBIG among interfaces: every packet is of its interface");
}

static int small = -1;

static bool whole_now(void)
{
	struct stat st;

	return fstatat(base, STAMP ".pcap", &st, 0) == 0 && st.st_size % 1016 == 24;
}

static unsigned torn_waits;

static bool free_at_third(int error, unsigned attempt)
{
	(void)error;
	torn_waits += !whole_now();
	if (attempt == 2)
		unlinkat(small, "filler", 0);
	return attempt < 10;
}

static bool give_up(int error, unsigned attempt)
{
	(void)error;
	return attempt < 3;
}

static bool free_inodes(int error, unsigned attempt)
{
	char name[16];

	(void)error;
	if (attempt == 1)
		for (unsigned i = 0; i < 64; i++) {
			snprintf(name, sizeof(name), "i%u", i);
			unlinkat(small, name, 0);
		}
	return attempt < 10;
}

static void fill(size_t leave)
{
	static const uint8_t zeros[4096];
	int fd = openat(small, "filler", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	off_t size = 0;

	if (fd < 0)
		support_die("filler");
	while (write(fd, zeros, sizeof(zeros)) == (ssize_t)sizeof(zeros))
		size += (off_t)sizeof(zeros);
	if (ftruncate(fd, size - (off_t)leave) != 0)
		support_die("filler");
	close(fd);
}

/* In a file system of 64 KB with 40 inodes. */
static void full_disk(void)
{
	const char *p;
	unsigned n = 0;

	/* room comes back */
	fill(3 * 4096);
	begin();
	init();
	clear();
	pcap_header(1);
	expect();
	frame(0);
	for (unsigned i = 0; i < 30; i++) {
		record(1000);
		expect();
		frame(1);
	}
	no_room = free_at_third;
	feed(in, 9000);
	feed(in + 9000, in_len - 9000);
	IS_INT(status, RECORDER_OK, "disk full: goes on when there is room");
	IS_INT(torn_waits, 0, "disk full: the file is whole while waiting");
	OK(strstr(events, "full ENOSPC 0\nfull ENOSPC 1\nfull ENOSPC 2\nroom\n"),
	    "disk full: attempts are counted, the end is told");
	for (p = events; (p = strstr(p, "room\n")); p++)
		n++;
	IS_INT(n, 1, "disk full: the end is told once");
	end("closed");
	is_file(done, STAMP ".pcap", 0440, "disk full: nothing is lost, one file");
	IS_INT(count(done), 1, "disk full: the same file goes on");

	/* it does not */
	begin();
	fill(3 * 4096);
	init();
	no_room = give_up;
	feed(in, in_len);
	IS_INT(status, RECORDER_STORAGE, "disk full: giving up is a storage error");
	OK(r.reason[0] != 0, "disk full: reason \"%s\"", r.reason);
	OK(!strstr(events, "room\n"), "disk full: no room is not told as room");
	OK(whole_now(), "disk full: the file is whole after giving up");
	recorder_close_file(&r, "error");
	p = strstr(events, "error packets=");
	n = p ? (unsigned)atoi(p + 14) : 0;
	OK(n > 0 && n < 30, "disk full: %u of 30 are stored", n);
	IS_INT(r.lost, 30 - n, "disk full: the others are counted as lost");
	if (exists(done, STAMP ".pcap")) {
		want_len = 24 + (size_t)n * 1016;
		is_file(done, STAMP ".pcap", 0440, "disk full: published as it is");
	} else {
		OK(exists(base, STAMP ".pcap"), "disk full: the file is there");
	}
	recorder_free(&r);
	unlinkat(small, "filler", 0);

	/* not even room for the first packet */
	begin();
	fill(0);
	init();
	no_room = give_up;
	feed(in, in_len);
	IS_INT(status, RECORDER_STORAGE, "disk full from the start: a storage error");
	end("error");
	IS_INT(r.lost, 30, "disk full from the start: all is lost");
	OK(!strstr(events, "packets=0 "), "disk full from the start: nothing is published");
	IS_INT(count(base) + count(done), 0, "disk full from the start: no file");
	unlinkat(small, "filler", 0);

	/* no inode for a new file */
	begin();
	for (unsigned i = 0; i < 64; i++) {
		char name[16];
		int fd;

		snprintf(name, sizeof(name), "i%u", i);
		fd = openat(small, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	}
	init();
	no_room = free_inodes;
	feed(in, in_len);
	IS_INT(status, RECORDER_OK, "no inode: goes on when there is one");
	OK(strstr(events, "full ENOSPC 0\nfull ENOSPC 1\n"), "no inode: waited for room");
	OK(strstr(events, "room\n"), "no inode: the end is told");
	end("closed");
	want_len = 24 + 30 * 1016;
	is_file(done, STAMP ".pcap", 0440, "no inode: nothing is lost");
}

static bool put_line(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

/* A file system of its own, in a child that has its own mounts. */
static bool mount_small(const char *path)
{
	char line[64];
	unsigned uid = geteuid(), gid = getegid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
		put_line("/proc/self/setgroups", "deny");
		snprintf(line, sizeof(line), "0 %u 1", uid);
		if (!put_line("/proc/self/uid_map", line))
			return false;
		snprintf(line, sizeof(line), "0 %u 1", gid);
		if (!put_line("/proc/self/gid_map", line))
			return false;
	} else if (unshare(CLONE_NEWNS) != 0) {
		return false;
	}
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("small", path, "tmpfs", 0, "size=65536,nr_inodes=40") == 0;
}

static void test_full_disk(void)
{
	int result[2], counts[2] = {0, 0}, state = 0;
	char path[4096];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/small", dir);
	if (mkdir(path, 0755) != 0 || pipe(result) != 0)
		support_die(path);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (!mount_small(path))
			_exit(2);
		close(base);
		close(done);
		small = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		base = open_directory(small, "base");
		done = open_directory(small, "done");
		full_disk();
		fflush(stdout);
		counts[0] = tap_count;
		counts[1] = tap_failed;
		_exit(write(result[1], counts, sizeof(counts)) != sizeof(counts));
	}
	close(result[1]);
	if (pid < 0 || waitpid(pid, &state, 0) != pid)
		support_die("fork");
	if (WIFEXITED(state) && WEXITSTATUS(state) == 2) {
		OK(true, "disk full: no file system of one's own here # skip");
	} else if (read(result[0], counts, sizeof(counts)) == sizeof(counts)) {
		tap_count = counts[0];
		tap_failed = counts[1];
	} else {
		OK(false, "disk full: the child ended with status %x", (unsigned)state);
	}
	close(result[0]);
	rmdir(path);
}

int main(void)
{
	int at;

	umask(022);
	dir = temporary_directory();
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	base = open_directory(at, "base");
	done = open_directory(at, "done");

	test_one_file();
	test_same_directory();
	test_modes();
	test_store_false();
	test_size();
	test_size_pcapng();
	test_size_contents();
	test_size_large_header();
	test_time();
	test_names();
	test_taken();
	test_unpublished();
	test_headers();
	test_header_limit();
	test_sections();
	test_sections_refused();
	test_link_header_blocks();
	test_cut_packets();
	test_cut_simple();
	test_interfaces();
	test_interfaces_forgotten();
	test_interfaces_limit();
	test_refused();
	test_cuts();
	for (uint64_t seed = 1; seed <= 3; seed++)
		test_splits(seed);
	test_streams();
	test_file_limit();
	test_file_limit_interfaces();
	test_full_disk();

	close(base);
	close(done);
	close(at);
	remove_directory(dir);
	return tap_done();
}
