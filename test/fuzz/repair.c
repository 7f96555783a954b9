/* repair: files whose writer died, of any content.
 *
 * The input: a byte, two bytes where to cut, a stream or a file. A stream is recorded and its file
 * cut there, as a crash does. Repair must leave its whole records, no byte more or less, and
 * libpcap must read them. Anything else must come out as its own beginning, and repairing that
 * again must not change it. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/capfile.h"
#include "base/log.h"
#include "record/recorder.h"
#include "server/repair.h"

#define NAME     "trace-c-20261106_212000.pcap"
#define FILE_MAX (512 * 1024)

static int base = -1, done = -1;
static bool as_it_is; /* repair has found no torn tail, but something else */

/* ---- log, for which lines are what repair has decided ---- */

void log_line(enum log_level level, const char *fmt, ...)
{
	(void)level;
	if (strstr(fmt, "published as it is"))
		as_it_is = true;
	else
		MUST(strstr(fmt, "repaired") || strstr(fmt, "removed"), "repair: %s", fmt);
}

const char *log_quote(struct log_text *out, const char *text)
{
	snprintf(out->s, sizeof(out->s), "%s", text);
	return out->s;
}

const char *places_path(const struct places *places, int fd)
{
	(void)places;
	return fd == base ? "rec" : "done";
}

/* ---- the directories ---- */

static void directories(void)
{
	char path[200];
	const char *in = getenv("FUZZ_DIR");

	if (base >= 0)
		return;
	snprintf(path, sizeof(path), "%s/fuzz-XXXXXX", in ? in : "/dev/shm");
	MUST(mkdtemp(path) && chdir(path) == 0, "no directory in FUZZ_DIR or /dev/shm");
	MUST(mkdir("rec", 0700) == 0 && mkdir("done", 0700) == 0, "mkdir");
	base = open("rec", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done = open("done", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(base >= 0 && done >= 0, "open");
}

/* Reads and removes the only file there; false when there is none. */
static bool take(int dir, uint8_t *out, size_t *len)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fdopendir(fd);
	struct dirent *e;
	bool found = false;

	MUST(d, "directory");
	while ((e = readdir(d))) {
		ssize_t n;

		if (e->d_name[0] == '.')
			continue;
		fd = openat(dir, e->d_name, O_RDONLY | O_CLOEXEC);
		MUST(fd >= 0 && !found, "%s: a second file", e->d_name);
		n = read(fd, out, FILE_MAX);
		MUST(n >= 0, "read");
		close(fd);
		*len = (size_t)n;
		unlinkat(dir, e->d_name, 0);
		found = true;
	}
	closedir(d);
	return found;
}

/* False: it was removed. */
static bool repaired(const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	struct config config = {.storage = {.mode = 0440}};
	struct generation g = {
	    .config = &config, .places.server = {.base = base, .done = done, .rules = -1}};
	int fd = openat(base, NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	size_t left;

	MUST(fd >= 0 && write(fd, in, len) == (ssize_t)len && fchmod(fd, 01440) == 0, "write");
	close(fd);
	as_it_is = false;
	MUST(repair_run(&g, &(struct repair_scope){0}) == 1, "it was not repaired");
	MUST(!take(base, out, &left), "it was not published");
	return take(done, out, out_len);
}

/* ---- a file from a stream ---- */

static void ignore(void *context)
{
	(void)context;
}

static void ignore_name(void *context, const char *name)
{
	(void)context;
	(void)name;
}

static void ignore_published(void *context, const char *name, const char *was, const char *why,
    uint64_t packets, uint64_t bytes)
{
	(void)context;
	(void)name;
	(void)was;
	(void)why;
	(void)packets;
	(void)bytes;
}

static void on_trouble(void *context, const char *name, int error)
{
	(void)context;
	MUST(false, "%s: %s", name, strerror(error));
}

static void on_unpublished(void *context, const char *name, const char *why, int error)
{
	(void)why;
	on_trouble(context, name, error);
}

/* The file of the stream's first link header; its length, 0 when there is none. */
static size_t recorded(const uint8_t *p, size_t len, uint8_t *out)
{
	static const struct recorder_events events = {.header = ignore,
	    .opened = ignore_name,
	    .published = ignore_published,
	    .unsynced = on_trouble,
	    .unpublished = on_unpublished,
	    .room_again = ignore};
	struct recorder_settings settings = {.base = base,
	    .done = done,
	    .mode = 0440,
	    .max_snaplen = 65535,
	    .rotate = {ROTATE_NEVER, 1},
	    .stem = "c",
	    .local = gmtime_r};
	static uint8_t buf[FILE_MAX];
	struct stats stats = {0};
	struct recorder r;
	size_t used, out_len = 0;

	memcpy(buf, p, len);
	recorder_init(&r, &settings, &events, &stats);
	recorder_feed(&r, buf, len, 1794000000, &used);
	recorder_close_file(&r, "closed");
	recorder_free(&r);
	return take(done, out, &out_len) ? out_len : 0;
}

/* ---- what is whole, by a plainer way than the server's ---- */

struct whole {
	size_t len;
	uint64_t packets;
	bool data; /* more than what every file begins with */
};

static struct whole whole_pcap(const uint8_t *p, size_t len)
{
	static const uint8_t zeros[16];
	struct whole w = {0};
	bool big = p[0] == 0xa1;
	size_t empty = 0; /* records of zeros at the end, which are no packets */
	uint16_t major = bytes_load16(p + 4, big), minor = bytes_load16(p + 6, big);

	if (len >= 24)
		w.len = 24;
	while (w.len >= 24 && w.len + 16 <= len) {
		uint32_t a = bytes_load32(p + w.len + 8, big),
			 b = bytes_load32(p + w.len + 12, big);
		uint32_t n = major == 2 && minor == 4 ? a : b;

		if (major == 2 && minor == 3 && a < b)
			n = a;
		if (n > len - w.len - 16)
			break;
		empty = n == 0 && memcmp(p + w.len, zeros, 16) == 0 ? empty + 1 : 0;
		w.data = w.data || empty == 0;
		w.len += 16 + n;
		w.packets++;
	}
	w.len -= 16 * empty;
	w.packets -= empty;
	return w;
}

static struct whole whole_pcapng(const uint8_t *p, size_t len)
{
	struct whole w = {0};
	bool big = p[8] == 0x1a;

	while (w.len + 12 <= len) {
		uint32_t type = bytes_load32(p + w.len, big);
		uint32_t n = bytes_load32(p + w.len + 4, big);

		if (n > len - w.len)
			break;
		w.packets += type == 2 || type == 3 || type == 6;
		w.data = w.data || (type != 0x0a0d0d0a && type != 1 && type != 10);
		w.len += n;
	}
	return w;
}

static void from_stream(const uint8_t *data, size_t len, unsigned cut)
{
	static uint8_t file[FILE_MAX], out[FILE_MAX];
	size_t n = recorded(data, len, file), out_len = 0;
	struct whole w;
	bool left;

	if (n == 0)
		return;
	n -= cut % (n + 1);
	w = n < 24               ? (struct whole){0}
	    : is_pcapng(file, n) ? whole_pcapng(file, n)
				 : whole_pcap(file, n);
	left = repaired(file, n, out, &out_len);
	MUST(!as_it_is, "a crash was not recognised at %zu", n);
	MUST(left == w.data, "%s with%s data", left ? "published" : "removed", w.data ? "" : "out");
	if (!left)
		return;
	MUST(out_len == w.len && memcmp(out, file, w.len) == 0, "%zu bytes are whole, %zu are left",
	    w.len, out_len);
	readers_find(out, out_len, w.packets);
}

static void from_bytes(const uint8_t *data, size_t len)
{
	static uint8_t out[FILE_MAX], again[FILE_MAX];
	size_t out_len = 0, again_len = 0;

	if (!repaired(data, len, out, &out_len))
		return;
	MUST(out_len <= len && memcmp(out, data, out_len) == 0, "not a beginning of what it was");
	MUST(!as_it_is || out_len == len, "cut, although not torn");
	MUST(repaired(out, out_len, again, &again_len), "removed the second time");
	MUST(again_len == out_len && memcmp(again, out, out_len) == 0, "another file each time");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 3 || len > FILE_MAX)
		return 0;
	directories();
	if (data[0] & 1)
		from_bytes(data + 3, len - 3);
	else
		from_stream(data + 3, len - 3, data[1] | (unsigned)data[2] << 8);
	return 0;
}
