/* test_recorder: bytes of a stream in, capture files out: marks and modes, refused streams, and
 * that it does not matter how the stream was split. */
#include "recorder_world.h"

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
	OK(strstr(events, "opened " STAMP "_001.pcap"), "the next packet opens another");
	end("closed");
	IS_INT(count(done), 2, "two files");
	IS_INT(count(base), 0, "none is left");
}

static void test_same_directory(void)
{
	begin();
	settings.done = base;
	init();
	begin_file(10);
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
			begin_file(10);
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

/* ---- other settings while it records ---- */

static struct recorder_live live(void)
{
	return (struct recorder_live){
	    .max_snaplen = 9000, .mode = 0440, .rotate_mod = 1, .store = 1};
}

static void expect_pcap(uint32_t n)
{
	clear();
	pcap_header(1);
	expect();
	record(n);
	expect();
}

static void test_change(void)
{
	struct recorder_live l = live();

	begin();
	init();
	send_header(1);
	expect_pcap(84);
	frame(1);
	go();
	l.mode = 0604;
	l.max_file_size = 24 + 100;
	recorder_change(&r, &l, base, NULL);
	is_file(done, STAMP ".pcap", 0440, "the file before keeps its mode");
	OK(strstr(events, " reload packets=1 "), "it is closed for that reason");
	expect_pcap(84);
	frame(1);
	go();
	IS_INT(stats.files, 2, "the next packet opens another");
	is_file(base, STAMP "_001.pcap", 01604, "which is recorded under the new mode");
	send_record(84);
	IS_INT(stats.files, 3, "the new size holds");
	l.max_file_size = 0;
	recorder_change(&r, &l, base, NULL);
	send_record(84);
	send_record(84);
	IS_INT(stats.files, 4, "no size is no limit");
	l.rotate_unit = ROTATE_MINUTE;
	recorder_change(&r, &l, base, NULL);
	send_record(84);
	now += 60;
	send_record(84);
	IS_INT(stats.files, 6, "the new period holds");
	recorder_change(&r, &l, base, NULL);
	recorder_change(&r, &l, base, NULL);
	end("closed");
	IS_INT(count(done), 6, "without a packet no file");
	IS_INT(count(base), 0, "none is left");
}

static void test_close_due(void)
{
	struct recorder_live l = live();

	begin();
	settings.rotate = (struct rotate){ROTATE_MINUTE, 1};
	init();
	IS_INT(recorder_time_left(&r, now), RECORDER_FOREVER, "no file: nothing is due");
	send_header(1);
	send_record(84);
	IS_INT(recorder_time_left(&r, now + 60), RECORDER_FOREVER, "without the setting, too");
	l.rotate_unit = ROTATE_MINUTE;
	l.close_when_due = 1;
	recorder_change(&r, &l, base, NULL);
	IS_INT(recorder_time_left(&r, now), RECORDER_FOREVER, "with it: not without a file");
	send_record(84);
	OK(recorder_time_left(&r, now) > 0 && recorder_time_left(&r, now) <= 60,
	    "with a file: by its end");
	recorder_close_due(&r, now);
	IS_INT(count(base), 1, "before that it stays");
	IS_INT(recorder_time_left(&r, now - 61), 0, "a clock that has stepped back: at once");
	now += 60;
	IS_INT(recorder_time_left(&r, now), 0, "its time is over");
	recorder_close_due(&r, now);
	IS_INT(count(base), 0, "it is closed");
	OK(strstr(events, " time packets=1 "), "for that reason");
	recorder_close_due(&r, now + 60);
	IS_INT(count(done), 2, "once");
	send_record(84);
	IS_INT(stats.files, 3, "the next packet opens another");
	l.rotate_unit = ROTATE_NEVER;
	recorder_change(&r, &l, base, NULL);
	send_record(84);
	IS_INT(recorder_time_left(&r, now), RECORDER_FOREVER, "never");
	end("closed");
}

static void test_change_store(void)
{
	struct recorder_live l = live();

	begin();
	init();
	send_header(1);
	send_record(84);
	l.store = 0;
	recorder_change(&r, &l, base, NULL);
	IS_INT(count(base), 0, "store = false: the file is closed at once");
	IS_INT(count(done), 1, "store = false: and published");
	send_record(84);
	send_header(113);
	send_record(84);
	IS_INT(stats.packets, 3, "store = false: counted");
	IS_INT(stats.files, 1, "store = false: not stored");
	l.store = 1;
	recorder_change(&r, &l, base, NULL);
	IS_INT(count(base), 0, "store = true: no file without a packet");
	clear();
	pcap_header(113);
	expect();
	record(60);
	expect();
	frame(1);
	go();
	is_file(base, STAMP "_001.pcap", 01440, "store = true: under the newest link header");
	end("closed");

	begin();
	settings.base = -1;
	init();
	send_header(1);
	recorder_change(&r, &l, -1, NULL);
	send_record(84);
	IS_INT(status, RECORDER_OK, "store = true without a directory");
	IS_INT(stats.files, 0, "stores nothing");
	end("closed");
}

static void test_change_snaplen(void)
{
	struct recorder_live l = live();

	begin();
	init();
	send_header(1);
	send_record(200);
	send_record(9001);
	l.max_snaplen = 100;
	recorder_change(&r, &l, base, NULL);
	send_record(100);
	send_record(101);
	IS_INT(stats.cut, 2, "cut from then on");
	end("closed");
	OK(strstr(events, "cut 9001\n") && strstr(events, "cut 101\n"),
	    "the first is told each time");
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

int main(void)
{
	int at = world_open();

	test_one_file();
	test_same_directory();
	test_modes();
	test_store_false();
	test_change();
	test_close_due();
	test_change_store();
	test_change_snaplen();
	test_refused();
	test_cuts();
	for (uint64_t seed = 1; seed <= 3; seed++)
		test_splits(seed);
	test_streams();
	return world_close(at);
}
