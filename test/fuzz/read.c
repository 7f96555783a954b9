/* read: what osmo-pcap-read makes of captures of any content, and of the words for a time.
 *
 * The input: a byte that chooses, one that tells how many bytes behind it are a time, these, then
 * the capture; or, what the process that reads one sends, once it is hijacked. What is written must
 * be a capture with all packets but those that were told to be left out. The coverage has all
 * packets that have a time. What is written of a time is read as the same time. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/when.h"
#include "index/summary.h"
#include "daemon/process.h"
#include "read/roles.h"
#include "read/stream.h"
#include "view/chart.h"
#include "view/coverage.h"
#include "view/page.h"

#define STEPS_MAX 300

static int memory(const void *data, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0,
	    "memfd");
	return fd;
}

/* ---- instead of a process: it runs here, or sends what the input says ---- */

static const uint8_t *hijacked; /* NULL: it is not */
static size_t hijacked_len;

bool process_start(struct process *p, const struct process_kind *kind, const int *file, size_t n,
    void (*run)(void *context), void *context)
{
	int out = memory(hijacked ? hijacked : (const uint8_t *)"", hijacked ? hijacked_len : 0);

	(void)kind;
	MUST(n == 1, "files");
	if (!hijacked) {
		MUST(dup2(out, PROCESS_OUT) >= 0 && dup2(*file, PROCESS_FILES) >= 0, "dup2");
		run(context);
		MUST(lseek(out, 0, SEEK_SET) == 0, "memfd");
	}
	*p = (struct process){.from = out, .to = -1};
	return true;
}

const struct process_kind *read_roles_reader(void)
{
	return NULL;
}

void process_end(struct process *p)
{
	close(p->from);
}

/* ---- packets ---- */

struct told {
	uint64_t left_out, troubles;
};

static void trouble(void *of, const char *path, uint64_t offset, uint32_t packets, const char *why)
{
	struct told *t = of;

	(void)path, (void)offset, (void)why;
	t->left_out += packets;
	t->troubles++;
}

static void answer(void *of, int to, uint16_t link_type)
{
	(void)of, (void)to, (void)link_type;
}

/* Returns how many packets are in what was written. */
static uint64_t check_output(int fd, uint64_t packets, bool pcap)
{
	off_t len = lseek(fd, 0, SEEK_END);
	uint8_t *p = len > 0 ? mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;

	MUST(p && p != MAP_FAILED, "mmap");
	if (!pcap)
		walk_finds(p, (size_t)len, packets);
	munmap(p, (size_t)len);
	return packets;
}

static void check_packets(int file, const struct facts *f, bool pcap)
{
	static struct filters none;
	struct extract_task task = {.everything = true, .end = UINT64_MAX, .filters = &none};
	struct told told = {0};
	struct stream_ops ops = {.answer = answer, .trouble = trouble, .of = &told};
	struct sink sink;
	struct stream s = {.who = "foo", .path = "x", .ops = &ops, .sink = &sink, .growing = -1};
	enum sink_status failed = SINK_OK, st;
	int out = memory("", 0);

	s.told.bytes = f->bytes;
	MUST(sink_begin(&sink, out, pcap) == SINK_OK, "sink");
	MUST(stream_open(&s, file, &task), "stream");
	while (stream_next(&s, true, &failed) == STREAM_PACKET && failed == SINK_OK) {
		st = stream_take(&s);
		MUST(st == SINK_OK, "a packet");
	}
	MUST(failed == SINK_OK || (pcap && failed == SINK_LINK_TYPES), "%d", (int)failed);
	MUST(sink_end(&sink) == SINK_OK, "its end");
	check_output(out, sink.packets, pcap);
	if (!hijacked && failed == SINK_OK)
		MUST(sink.packets + told.left_out == f->packets,
		    "%llu packets, %llu left out of %llu", (unsigned long long)sink.packets,
		    (unsigned long long)told.left_out, (unsigned long long)f->packets);
	MUST(hijacked || failed != SINK_OK || !f->broken || told.troubles > 0, "nothing told of %s",
	    f->why);
	stream_close(&s);
	sink_free(&sink);
	close(out);
}

static void summarize(int file, size_t len, struct summary *s)
{
	struct reader_record k;
	enum reader_status st;
	struct reader r;

	summary_init(s);
	MUST(reader_init(&r, file, READER_FILE, 0), "memory");
	while ((st = reader_next(&r, &k)) == READER_RECORD)
		summary_add(s, &r, &k);
	summary_end(s, st, &k, len);
	reader_free(&r);
}

/* ---- coverage ---- */

static int64_t east(void *of, int64_t utc)
{
	const int *kind = of;

	/* forward and back by an hour, each fourth of a year or so */
	return *kind == 0 ? 0 : (utc / 8000000) % 2 == 0 ? 3600 * *kind : 3600 * *kind + 3600;
}

static void check_coverage(struct summary *s, size_t steps, int64_t from, const struct when_zone *z)
{
	const struct facts *f = &s->facts;
	int64_t begin = f->timed > 0 ? f->first : 0, end = f->timed > 0 ? f->last : 0;
	struct coverage v;
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (from >= 0) {
		begin = from;
		end = end > begin ? end : begin;
	}
	coverage_begin(&v, begin, end, steps);
	MUST(
	    to && coverage_add(&v, "foo", "", f->timed > 0 ? &s->profile : NULL, f->first, f->last),
	    "coverage");
	coverage_end(&v);
	if (from < 0)
		MUST(v.row[0].packets == f->timed, "%llu packets with a time of %llu",
		    (unsigned long long)v.row[0].packets, (unsigned long long)f->timed);
	MUST(v.row[0].packets <= f->timed && v.row[0].covered <= steps, "too many");
	page_print(&v, z, NULL, to);
	chart_print(&v, 3, z, true, to);
	chart_print_json(&v, to);
	coverage_free(&v);
	fclose(to);
	free(text);
}

/* ---- times ---- */

static void check_time(const char *text, int64_t now, const struct when_zone *z, int64_t *got)
{
	struct when_zone utc = {east, &(int){0}};
	int64_t again = -1, out = -4711;
	char exact[WHEN_TEXT_MAX];

	*got = INT64_MIN;
	if (when_parse(text, now, z, WHEN_FROM, &out)) {
		MUST(out == -4711, "%s is none, and was stored", text);
		return;
	}
	*got = out;
	MUST(out >= 0, "%s: %lld", text, (long long)out);
	MUST(when_format_exact(out, z, exact), "%s cannot be written", text);
	MUST(!when_parse(exact, 0, &utc, WHEN_TO, &again) && again == out, "%s: %s is %lld", text,
	    exact, (long long)again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static bool begun;
	static struct summary s;
	char text[256] = "";
	size_t words;
	int how, kind, file;
	struct when_zone z = {east, &kind};
	int64_t from;

	if (!begun) { /* where the process has its descriptors */
		for (int fd = PROCESS_OUT; fd <= PROCESS_FILES; fd++)
			MUST(fcntl(fd, F_GETFD) >= 0 || dup2(STDIN_FILENO, fd) == fd, "descriptor");
		begun = true;
	}
	if (len < 2 || (size_t)data[1] + 2 > len)
		return 0;
	how = data[0];
	kind = how % 5;
	words = data[1];
	memcpy(text, data + 2, words);
	data += 2 + words;
	len -= 2 + words;
	check_time(text, INT64_C(1795860000123456789), &z, &from);
	hijacked = how & 0x80 ? data : NULL;
	hijacked_len = len;
	file = memory(data, len);
	summarize(file, len, &s);
	check_packets(file, &s.facts, how & 0x40);
	check_coverage(&s, 1 + (size_t)how * 7 % STEPS_MAX, from, &z);
	close(file);
	return 0;
}
