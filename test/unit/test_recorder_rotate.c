/* test_recorder_rotate: rotation by size and time, names of files, names that are taken, and files
 * that cannot be published. */
#include "recorder_world.h"

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
		snprintf(name, sizeof(name), f ? STAMP "_%03u.pcap" : STAMP ".pcap", f);
		is_file(done, name, 0440, "by size");
	}
	IS_STR(events,
	    "header\nopened " STAMP ".pcap\npublished " STAMP
	    ".pcap size packets=5 bytes=604\nopened " STAMP "_001.pcap\npublished " STAMP
	    "_001.pcap size packets=5 bytes=604\nopened " STAMP "_002.pcap\npublished " STAMP
	    "_002.pcap closed packets=2 bytes=256\n",
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
	write_file(done, STAMP "_001.pcap", old, sizeof(old));
	if (symlinkat("/nowhere", base, STAMP "_002.pcap") != 0 ||
	    mkdirat(done, STAMP "_003.pcap", 0755) != 0)
		support_die("taken");
	init();
	begin_file(20);
	OK(strstr(events, "opened " STAMP "_004.pcap\n"), "taken in either directory: the next");
	end("closed");
	is_file(done, STAMP "_004.pcap", 0440, "the next");
	want_len = sizeof(old);
	memcpy(want, old, sizeof(old));
	is_file(base, STAMP ".pcap", 0644 & ~umask(022), "what was there");
	is_file(done, STAMP "_001.pcap", 0644, "what was there");

	/* taken while it was recorded */
	begin();
	init();
	begin_file(20);
	write_file(done, STAMP ".pcap", old, sizeof(old));
	write_file(done, STAMP "_001.pcap", old, sizeof(old));
	end("closed");
	OK(strstr(events,
	       "published " STAMP "_002.pcap was " STAMP ".pcap closed packets=1 bytes=60\n"),
	    "taken meanwhile in completed-path: the next number, both names told");
	is_file(done, STAMP "_002.pcap", 0440, "the next number");
	want_len = sizeof(old);
	memcpy(want, old, sizeof(old));
	is_file(done, STAMP ".pcap", 0644, "what came meanwhile");
	is_file(done, STAMP "_001.pcap", 0644, "what came meanwhile");
	IS_INT(count(base), 0, "taken meanwhile: nothing is left");

	/* a pcapng name is another name */
	begin();
	write_file(done, STAMP ".pcap", old, sizeof(old));
	init();
	clear();
	section();
	frame(0);
	send_epb(0, 4);
	end("closed");
	text = digest(done);
	OK(strstr(text, STAMP ".pcapng ") || strstr(text, STAMP "_001.pcapng "),
	    "pcapng is stored");
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
	OK(strstr(text, STAMP ".pcap 60") && strstr(text, STAMP "_001.pcap 60") &&
		strstr(text, "trace-c-20261106_212005.pcap 60") &&
		strstr(text, "trace-c-20261106_212005_001.pcap 60"),
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
	begin_file(20);
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

/* ---- taken away ---- */

static const uint8_t precious[] = "precious";

enum taking {
	DELETE,
	MOVE,
	REPLACE
};

static void take(enum taking how)
{
	if (how == DELETE)
		unlinkat(base, STAMP ".pcap", 0);
	else
		renameat(base, STAMP ".pcap", base, "elsewhere");
	if (how == REPLACE)
		write_file(base, STAMP ".pcap", precious, sizeof(precious));
}

static void write_taken(enum taking how, bool with_done, const char *what)
{
	begin();
	if (!with_done)
		settings.done = base;
	init();
	send_header(1);
	send_record(20);
	send_record(20);
	take(how);
	send_record(20);
	OK(!strstr(events, what), "%s: not looked for twice a second", what);
	now++;
	clear();
	pcap_header(1);
	expect();
	record(24);
	expect();
	frame(1);
	go();
	IS_INT(status, RECORDER_OK, "%s: goes on", what);
	OK(strstr(events, what), "%s: told, with what was in it", what);
	OK(strstr(events, "\nopened trace-c-20261106_212001.pcap\n"), "%s: another is begun", what);
	IS_INT(stats.file_bytes, want_len, "%s: the next packet is in it", what);
	end("closed");
	is_file(settings.done, "trace-c-20261106_212001.pcap", 0440, what);
	OK(!strstr(events, "ublished " STAMP), "%s: not told as published", what);
}

/* Nothing is written any more: found out when it is closed. */
static void close_taken(enum taking how, bool with_done, const char *what)
{
	begin();
	if (!with_done)
		settings.done = base;
	init();
	send_header(1);
	send_record(20);
	send_record(20);
	send_record(20);
	take(how);
	end("closed");
	OK(strstr(events, what), "%s, at the end: told", what);
	OK(!strstr(events, "ublished " STAMP), "%s, at the end: not told as published", what);
	IS_INT(stats.file_bytes, 0, "%s, at the end: no file", what);
}

static void is_left(enum taking how)
{
	if (how == REPLACE) {
		memcpy(want, precious, want_len = sizeof(precious));
		is_file(base, STAMP ".pcap", 0644, "what was put in its place");
	}
	if (how != DELETE)
		OK(!locked(base, "elsewhere"), "what was moved is closed");
}

static void test_taken_away(void)
{
	static const struct {
		enum taking how;
		const char *what;
	} rows[] = {{DELETE, "deleted " STAMP ".pcap packets=3 bytes=132\n"},
	    {MOVE, "moved " STAMP ".pcap packets=3 bytes=132\n"},
	    {REPLACE, "moved " STAMP ".pcap packets=3 bytes=132\n"}};

	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const char *what = rows[i / 2].what;
		enum taking how = rows[i / 2].how;

		write_taken(how, i % 2, what);
		is_left(how);
		close_taken(how, i % 2, what);
		is_left(how);
	}
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
	send_epb(0, 68);
	IS_INT(stats.files, 2, "the fifth begins another file");
	end("closed");
	IS_INT(count(done), 2, "both are there");
}

int main(void)
{
	int at = world_open();

	test_size();
	test_size_pcapng();
	test_size_contents();
	test_size_large_header();
	test_time();
	test_names();
	test_taken();
	test_unpublished();
	test_taken_away();
	return world_close(at);
}
