/* test_reader: what the reader gives of files, growing files and pipes, whole, torn and damaged. */
#include "tap.h"

#include "base/bytes.h"
#include "capture/frame.h"
#include "record/reader.h"
#include "support.h"

#define SECOND INT64_C(1000000000)

static uint8_t image[1 << 20];
static size_t image_len;
static bool big;

/* ---- building captures ---- */

static void put8(uint8_t v)
{
	image[image_len++] = v;
}

static void put16(uint16_t v)
{
	bytes_store16(image + image_len, v, big);
	image_len += 2;
}

static void put32(uint32_t v)
{
	bytes_store32(image + image_len, v, big);
	image_len += 4;
}

static void pcap_header(const char *magic)
{
	image_len = 0;
	memcpy(image, magic, 4);
	image_len = 4;
	put16(2), put16(4);
	put32(0), put32(0), put32(262144), put32(1);
}

static void pcap_record(uint32_t seconds, uint32_t fraction, uint32_t caplen, uint32_t original)
{
	put32(seconds), put32(fraction), put32(caplen), put32(original);
	for (uint32_t i = 0; i < caplen; i++)
		put8((uint8_t)i);
}

static size_t begin_block(uint32_t type)
{
	size_t at = image_len;

	put32(type), put32(0);
	return at;
}

static void end_block(size_t at)
{
	uint32_t total = (uint32_t)(image_len - at) + 4;

	bytes_store32(image + at + 4, total, big);
	put32(total);
}

static void section(bool is_big)
{
	size_t at;

	big = is_big;
	at = begin_block(PCAPNG_SECTION);
	put32(PCAPNG_ORDER_MAGIC), put16(1), put16(0);
	put32(0xffffffff), put32(0xffffffff);
	end_block(at);
}

/* resolution below 0: the option is absent */
static void interface(uint16_t link_type, int resolution, int64_t offset)
{
	size_t at = begin_block(PCAPNG_INTERFACE);

	put16(link_type), put16(0), put32(0);
	if (resolution >= 0) {
		put16(9), put16(1);
		put8((uint8_t)resolution), put8(0), put8(0), put8(0);
	}
	if (offset != 0) {
		uint64_t o = (uint64_t)offset;

		put16(14), put16(8);
		put32((uint32_t)(big ? o >> 32 : o)), put32((uint32_t)(big ? o : o >> 32));
	}
	if (resolution >= 0 || offset != 0)
		put32(0);
	end_block(at);
}

static void packet(uint32_t number, uint64_t ticks, uint32_t caplen)
{
	size_t at = begin_block(PCAPNG_ENHANCED);

	put32(number), put32((uint32_t)(ticks >> 32)), put32((uint32_t)ticks);
	put32(caplen), put32(caplen + 5);
	for (uint32_t i = 0; i < ((caplen + 3) & ~3u); i++)
		put8(0xda);
	end_block(at);
}

static void other(uint32_t type, size_t body)
{
	size_t at = begin_block(type);

	for (size_t i = 0; i < body; i++)
		put8(0);
	end_block(at);
}

/* ---- files ---- */

/* The first `len` bytes of the image as a file without a name. */
static int file_of(size_t len)
{
	char *dir = temporary_directory();
	int fd = open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd < 0 || pwrite(fd, image, len, 0) != (ssize_t)len || rmdir(dir) != 0)
		support_die("file");
	free(dir);
	return fd;
}

static struct reader reader;
static struct reader_record record;
static int file = -1;

static void start(enum reader_input input, size_t len)
{
	file = file_of(len);
	if (!reader_init(&reader, file, input, 0))
		support_die("reader");
}

static void stop(void)
{
	reader_free(&reader);
	close(file);
}

static enum reader_status next(void)
{
	return reader_next(&reader, &record);
}

#define NEXT(want, ...) IS_INT(next(), want, __VA_ARGS__)

/* ---- pcap ---- */

static void test_pcap(void)
{
	static const struct {
		const char *magic;
		bool big;
		int64_t tick;
	} kinds[] = {{"\xd4\xc3\xb2\xa1", false, 1000}, {"\xa1\xb2\xc3\xd4", true, 1000},
	    {"\x4d\x3c\xb2\xa1", false, 1}, {"\xa1\xb2\x3c\x4d", true, 1}};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		big = kinds[i].big;
		pcap_header(kinds[i].magic);
		pcap_record(1700000000, 123456, 10, 99);
		pcap_record(0xffffffff, 1, 0, 0);
		start(READER_FILE, image_len);
		NEXT(READER_RECORD, "magic %zu: header", i);
		OK(record.kind == READER_HEADER && record.len == 24 && record.offset == 0, "kind");
		NEXT(READER_RECORD, "a packet");
		OK(record.kind == READER_PACKET && record.len == 26 && record.offset == 24 &&
			record.caplen == 10 && record.original == 99 && record.link_type == 1 &&
			record.packet == record.data + 16 && record.packet[9] == 9,
		    "its fields");
		IS_INT(record.time_ns, 1700000000 * SECOND + 123456 * kinds[i].tick, "its time");
		NEXT(READER_RECORD, "an empty packet");
		IS_INT(record.time_ns, 0xffffffff * SECOND + kinds[i].tick, "of 2106");
		NEXT(READER_END, "the end");
		NEXT(READER_END, "still");
		IS_INT(record.offset, image_len, "at the end");
		stop();
	}
}

/* ---- pcapng ---- */

static void test_pcapng(void)
{
	static const struct {
		uint32_t interface;
		uint64_t ticks;
		int64_t time;
		uint16_t link_type;
	} packets[] = {{0, 1700000000123456, 1700000000123456000, 1},
	    {1, 1700000000123456789, 1700000000123456789, 113},
	    {2, 1024 * 5 + 512, 105500000000, 101}, {2, 0, 100000000000, 101}};

	for (int order = 0; order < 2; order++) {
		image_len = 0;
		section(order);
		interface(1, -1, 0);
		interface(113, 9, 0);
		interface(101, 0x8a, 100);
		for (size_t i = 0; i < COUNT(packets); i++)
			packet(packets[i].interface, packets[i].ticks, 6);
		other(5, 8);
		section(!order);
		interface(228, 3, -10);
		packet(0, 20500, 3);
		start(READER_FILE, image_len);
		NEXT(READER_RECORD, "a section");
		OK(record.kind == READER_HEADER, "is a header");
		for (int i = 0; i < 3; i++)
			OK(next() == READER_RECORD && record.kind == READER_INTERFACE, "interface");
		for (size_t i = 0; i < COUNT(packets); i++) {
			NEXT(READER_RECORD, "a packet of interface %u", packets[i].interface);
			OK(record.kind == READER_PACKET && record.timed && record.caplen == 6 &&
				record.original == 11 && !record.damaged,
			    "its fields");
			IS_INT(record.interface, packets[i].interface, "its interface");
			IS_INT(record.link_type, packets[i].link_type, "its link type");
			IS_INT(record.time_ns, packets[i].time, "its time");
		}
		OK(next() == READER_RECORD && record.kind == READER_OTHER, "another block");
		OK(next() == READER_RECORD && record.kind == READER_HEADER, "another section");
		OK(next() == READER_RECORD && record.kind == READER_INTERFACE, "its interface");
		NEXT(READER_RECORD, "its packet");
		OK(record.interface == 0 && record.link_type == 228, "of its own interface 0");
		IS_INT(record.time_ns, 10 * SECOND + SECOND / 2, "with its own clock");
		NEXT(READER_END, "the end");
		stop();
	}
}

static void test_damage(void)
{
	size_t at, last;

	image_len = 0;
	section(false);
	interface(1, -1, 0);
	packet(7, 0, 4);
	at = image_len;
	packet(0, 1, 4);
	bytes_store32(image + at + 20, 5000, false);
	packet(0, 1, 4);
	last = image_len;
	packet(0, 2, 4);
	bytes_store32(image + image_len - 4, 96, false);
	start(READER_FILE, image_len);
	next(), next();
	NEXT(READER_RECORD, "a packet of an unknown interface");
	OK(record.kind == READER_PACKET && record.damaged && record.why && record.len == 36,
	    "is damaged, and all of it handed out");
	OK(next() == READER_RECORD && record.damaged, "a captured length beyond the block, too");
	OK(next() == READER_RECORD && !record.damaged && record.timed, "the next one is whole");
	NEXT(READER_BAD, "different lengths");
	OK(record.offset == last && record.why, "with offset and reason");
	NEXT(READER_BAD, "still");
	IS_INT(record.offset, last, "at the same offset");
	stop();

	image_len = 0;
	section(false);
	put32(5), put32(13);
	{
		struct reader_state place;

		start(READER_FILE, image_len);
		next();
		OK(reader_save(&reader, &place) && next() == READER_BAD,
		    "the beginning of no block at the end of a file");
		stop();
		start(READER_FILE, image_len);
		OK(reader_restore(&reader, &place) && next() == READER_BAD,
		    "is the same where reading begins there");
		reader_state_free(&place);
		stop();
	}

	memcpy(image, "\x1f\x8b\x08\x00", 4);
	start(READER_FILE, 100);
	OK(next() == READER_BAD && record.offset == 0 && record.why, "no capture at all");
	stop();
	start(READER_FILE, 0);
	OK(next() == READER_END && !reader.begun, "an empty file: the end, and no format");
	stop();
}

/* ---- torn ---- */

static size_t boundaries[64];
static size_t boundary_count;

static void find_boundaries(void)
{
	boundary_count = 0;
	boundaries[boundary_count++] = 0;
	start(READER_FILE, image_len);
	while (next() == READER_RECORD)
		boundaries[boundary_count++] = (size_t)record.offset + record.len;
	stop();
}

static void small_capture(bool pcapng)
{
	if (pcapng) {
		image_len = 0;
		section(true);
		interface(1, 9, 5);
		packet(0, 1, 5);
		other(6000, 4);
		section(false);
		interface(1, 9, 5);
		packet(0, 1, 1);
	} else {
		big = false;
		pcap_header("\xd4\xc3\xb2\xa1");
		pcap_record(1, 2, 7, 7);
		pcap_record(1, 2, 0, 7);
	}
}

static void test_torn(void)
{
	for (int pcapng = 0; pcapng < 2; pcapng++) {
		bool right = true;

		small_capture(pcapng);
		find_boundaries();
		for (size_t cut = 0, b = 0; cut <= image_len; cut++) {
			enum reader_status st;
			size_t n = 0;

			while (b + 1 < boundary_count && boundaries[b + 1] <= cut)
				b++;
			start(READER_FILE, cut);
			while ((st = next()) == READER_RECORD)
				n++;
			if (n != b || record.offset != boundaries[b] ||
			    st != (cut == boundaries[b] ? READER_END : READER_TORN) ||
			    (st == READER_TORN && record.len != cut - boundaries[b]))
				right = OK(false, "cut at %zu: %zu records, status %d", cut, n, st);
			stop();
		}
		OK(right, "torn at every offset: whole records, then the offset of the torn one");
	}
}

/* ---- growing ---- */

static void test_growing(void)
{
	for (int pcapng = 0; pcapng < 2; pcapng++) {
		size_t n = 0;
		bool right = true;

		small_capture(pcapng);
		find_boundaries();
		start(READER_GROWING, 0);
		right = next() == READER_MORE;
		for (size_t i = 0; i < image_len; i++) {
			if (pwrite(file, image + i, 1, (off_t)i) != 1)
				support_die("write");
			while (next() == READER_RECORD)
				right = right && record.offset + record.len == boundaries[++n] &&
					boundaries[n] == i + 1;
		}
		OK(right, "byte by byte: each record as soon as it is whole");
		IS_INT(n, boundary_count - 1, "all of them");
		NEXT(READER_MORE, "more may come");
		reader.input = READER_FILE;
		NEXT(READER_END, "none will");
		stop();
	}
}

static void test_rewritten(void)
{
	big = false;
	pcap_header("\xd4\xc3\xb2\xa1");
	pcap_record(1, 0, 100, 100);
	start(READER_GROWING, image_len - 50);
	next();
	NEXT(READER_MORE, "a record that was not written whole");
	image_len = 24;
	pcap_record(2, 0, 3, 3);
	if (ftruncate(file, 24) != 0 ||
	    pwrite(file, image + 24, image_len - 24, 24) != (ssize_t)image_len - 24)
		support_die("write");
	OK(next() == READER_RECORD && record.caplen == 3 && record.time_ns == 2 * SECOND,
	    "is read anew after it was cut off and another one was written");
	stop();
}

/* ---- a pipe ---- */

static void test_pipe(void)
{
	int p[2];
	size_t n = 0;
	bool right = true;

	small_capture(true);
	find_boundaries();
	if (pipe(p) != 0 || !reader_init(&reader, p[0], READER_STREAM, 0))
		support_die("pipe");
	for (size_t i = 0; i < image_len; i++) {
		right = right && next() == READER_MORE;
		if (write(p[1], image + i, 1) != 1)
			support_die("write");
		while (i + 1 == boundaries[n + 1] && next() == READER_RECORD)
			n++;
	}
	OK(right && n == boundary_count - 1,
	    "a pipe: never waited for, each record when it is whole");
	NEXT(READER_MORE, "the writer may go on");
	if (write(p[1], image + 28, 3) != 3)
		support_die("write");
	close(p[1]);
	NEXT(READER_TORN, "the writer has gone inside a record");
	OK(record.len == 3 && record.offset == image_len, "so much is there");
	NEXT(READER_TORN, "still");
	reader_free(&reader);
	close(p[0]);
}

/* ---- long records ---- */

static void test_huge(void)
{
	const uint32_t len = 700000;

	big = false;
	pcap_header("\xd4\xc3\xb2\xa1");
	pcap_record(1, 0, len, len);
	pcap_record(2, 0, 1, 1);
	start(READER_FILE, image_len);
	next();
	NEXT(READER_RECORD, "a record longer than the buffer");
	OK(record.len == 16 + len && memcmp(record.data, image + 24, 16 + len) == 0, "whole");
	OK(next() == READER_RECORD && record.caplen == 1, "and the one behind it");
	NEXT(READER_END, "the end");
	stop();
	start(READER_FILE, image_len - 100);
	next();
	NEXT(READER_TORN, "torn");
	IS_INT(reader.room, READER_BUFFER, "no memory is asked for what is not there");
	stop();
	start(READER_FILE, image_len);
	reader.longest = 65535;
	next();
	NEXT(READER_BAD, "above the longest allowed");
	IS_INT(record.offset, 24, "at its offset");
	stop();
	bytes_store32(image + 24 + 8, 0xffffffff, false);
	start(READER_FILE, image_len);
	next();
	NEXT(READER_BAD, "a length that no record has");
	stop();
}

static void test_end(void)
{
	small_capture(false);
	start(READER_FILE, image_len);
	reader.end = 24 + 23;
	next();
	OK(next() == READER_RECORD && next() == READER_END, "nothing is read behind the end set");
	reader.end = 24 + 30;
	NEXT(READER_TORN, "nor a whole record across it");
	stop();
}

/* ---- places to come back to ---- */

static void test_state(void)
{
	struct reader_state state;
	uint64_t at;
	int other_fd;

	image_len = 0;
	section(false);
	for (int i = 0; i < 100; i++)
		interface((uint16_t)i, i % 10, 0);
	for (uint32_t i = 0; i < 1000; i++)
		packet(i % 100, i, 600);
	start(READER_FILE, image_len);
	for (int i = 0; i < 101 + 900; i++)
		next();
	at = reader_offset(&reader);
	OK(reader_save(&reader, &state), "a place");
	IS_INT(state.offset, at, "with its offset");
	OK(next() == READER_RECORD && record.interface == 0, "goes on");
	while (next() == READER_RECORD)
		;
	reader_seek(&reader, at);
	OK(next() == READER_RECORD && record.offset == at && record.link_type == 0, "back there");
	NEXT(READER_RECORD, "the next");
	OK(record.interface == 1 && record.link_type == 1 && record.time_ns == 901 * SECOND / 10,
	    "with the clock of its interface");
	stop();

	other_fd = file_of(image_len);
	OK(reader_init(&reader, other_fd, READER_FILE, 0) && reader_restore(&reader, &state),
	    "another reader begins there");
	reader_state_free(&state);
	for (uint32_t i = 0; i < 100; i++)
		if (next() != READER_RECORD || record.interface != i || record.link_type != i)
			OK(false, "packet %u", i);
	NEXT(READER_END, "the end");
	reader_free(&reader);
	close(other_fd);
}

static void test_many_interfaces(void)
{
	image_len = 0;
	section(false);
	for (int i = 0; i < 3000; i++)
		interface(1, -1, 0);
	interface(113, 9, 0);
	packet(3000, 7, 4);
	start(READER_FILE, image_len);
	while (next() == READER_RECORD && record.kind != READER_PACKET)
		;
	OK(record.timed && record.link_type == 113 && record.time_ns == 7, "interface 3000");
	stop();
}

/* ---- what other programs say ---- */

/* The payloads of a recorded stream, as its file. */
static void unframe(const char *name)
{
	struct frame frame;
	size_t len;
	uint8_t *stream = read_stream(name, &len);

	image_len = 0;
	for (size_t at = 0; stream && frame_next(stream + at, len - at, &frame) == FRAME_OK;
	     at += FRAME_HEADER + frame.len) {
		memcpy(image + image_len, frame.payload, frame.len);
		image_len += frame.len;
	}
	free(stream);
}

static uint64_t capinfos(const char *path, char option, const char *label)
{
	char command[4200], line[256];
	uint64_t n = UINT64_MAX;
	FILE *f;

	snprintf(command, sizeof(command), "capinfos -%cMS '%s' 2>/dev/null", option, path);
	f = popen(command, "r");
	while (f && fgets(line, sizeof(line), f)) {
		char *dot;
		uint64_t ns = 0;

		if (strncmp(line, label, strlen(label)) != 0)
			continue;
		n = strtoull(line + strlen(label), &dot, 10);
		for (int i = 0; *dot == '.' && i < 9; i++)
			ns = ns * 10 + (dot[1 + i] >= '0' && dot[1 + i] <= '9'
					       ? (unsigned)(dot[1 + i] - '0')
					       : 0);
		if (*dot == '.')
			n = n * 1000000000 + ns;
	}
	if (f)
		pclose(f);
	return n;
}

static void test_capinfos(const char *name)
{
	char path[] = "/tmp/osmo-pcap-unit-XXXXXX";
	int fd = mkstemp(path);
	int64_t first = INT64_MAX, last = INT64_MIN;
	uint64_t packets = 0;

	unframe(name);
	if (fd < 0 || write(fd, image, image_len) != (ssize_t)image_len ||
	    !reader_init(&reader, fd, READER_FILE, 0))
		support_die(path);
	while (next() == READER_RECORD) {
		if (record.kind != READER_PACKET)
			continue;
		packets++;
		first = record.time_ns < first ? record.time_ns : first;
		last = record.time_ns > last ? record.time_ns : last;
	}
	NEXT(READER_END, "%s: read to its end", name);
	if (system("command -v capinfos >/dev/null") != 0) {
		OK(true, "%s # SKIP no capinfos", name);
	} else {
		IS_INT(packets, capinfos(path, 'c', "Number of packets:"), "as many packets");
		IS_INT(first, capinfos(path, 'a', "First packet time:"), "the first time");
		IS_INT(last, capinfos(path, 'e', "Last packet time:"), "the last time");
	}
	reader_free(&reader);
	close(fd);
	unlink(path);
}

int main(void)
{
	test_pcap();
	test_pcapng();
	test_damage();
	test_torn();
	test_growing();
	test_rewritten();
	test_pipe();
	test_huge();
	test_end();
	test_state();
	test_many_interfaces();
	test_capinfos("lo-pcap");
	test_capinfos("lo-pcapng");
	test_capinfos("any-pcap");
	return tap_done();
}
