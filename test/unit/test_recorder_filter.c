/* test_recorder_filter: what is stored of a stream under a filter, frame by frame and in one piece.
 */
#include "recorder_world.h"

#include <limits.h>

#include "filter/build.h"

static struct filter_table *table;

static void with(const char *expression)
{
	char why[FILTER_WHY_MAX];

	free(table);
	table = filter_load(why) ? filter_build(expression, why) : NULL;
	if (!table)
		support_die(why);
	begin();
	settings.filter = table;
}

/* A record of n bytes, expected in the file or not. */
static void sent(uint32_t n, bool wanted)
{
	record(n);
	if (wanted)
		expect();
	frame(1);
}

/* In one piece the fast loop takes all but the first. */
static void test_records(void)
{
	for (unsigned together = 0; together < 2; together++) {
		with("greater 60");
		init();
		clear();
		pcap_header(1);
		expect();
		frame(0);
		for (unsigned i = 0; i < 20; i++) {
			sent(60 - i % 2, i % 2 == 0);
			if (!together)
				go();
		}
		go();
		end("closed");
		IS_INT(status, RECORDER_OK, "accepted");
		is_file(done, STAMP ".pcap", 0440, "what matches");
		IS_INT(stats.packets, 20, "all are counted");
		IS_INT(stats.filtered, 10, "and those that are filtered out");
		IS_INT(stats.files, 1, "one file");
	}
}

static void test_nothing(void)
{
	with("greater 1000");
	init();
	send_header(1);
	for (unsigned i = 0; i < 5; i++)
		send_record(60);
	IS_INT(count(base) + count(done), 0, "nothing matches: no file");
	now += 7;
	send_record(1000);
	end("closed");
	OK(exists(done, "trace-c-20261106_212007.pcap"), "the first packet that does names it");
	IS_INT(stats.filtered, 5, "the others are counted");
}

/* What is filtered out does not end a file, whose time is over, and needs no room in it. */
static void test_rotation(void)
{
	with("greater 60");
	settings.rotate = (struct rotate){ROTATE_MINUTE, 1};
	settings.max_file_size = 24 + 2 * 76;
	init();
	send_header(1);
	send_record(60);
	for (unsigned i = 0; i < 10; i++)
		send_record(50);
	send_record(60);
	IS_INT(stats.files, 1, "what is filtered out does not count as size");
	now += 60;
	send_record(50);
	record(50);
	frame(1);
	memcpy(in + in_len, payload, payload_len); /* two in one frame */
	in_len += payload_len;
	bytes_store16(in + 2, (uint16_t)(2 * payload_len), true);
	go();
	OK(!strstr(events, "published"), "nor does it end a file");
	send_record(60);
	OK(strstr(events, "time packets=2 "), "which the next one that matches does");
	end("closed");
	IS_INT(stats.filtered, 13, "filtered out");
}

static void test_cut(void)
{
	with("greater 100");
	settings.max_snaplen = 50;
	init();
	clear();
	pcap_header(1);
	expect();
	frame(0);
	sent(100, true);
	want_len -= 50;
	bytes_store32(want + 24 + 8, 50, false);
	sent(99, false);
	go();
	end("closed");
	is_file(done, STAMP ".pcap", 0440, "filtered first, then cut");
	IS_INT(stats.cut, 1, "one was cut");
	OK(strstr(events, "cut 100\n"), "the one that stays");
}

static void test_refused(void)
{
	with("icmp");
	init();
	send_header(177); /* LAPD */
	IS_INT(status, RECORDER_PROTOCOL, "a link type without a program");
	OK(strstr(r.reason, "link type LINUX_LAPD"), "%s", r.reason);
	end("error");

	/* pcapng: the packet of such an interface is, not the interface */
	with("icmp");
	init();
	section();
	idb(177, 0);
	frame(0);
	go();
	send_epb(0, 60);
	IS_INT(status, RECORDER_OK, "a packet of the other interface");
	send_epb(1, 60);
	IS_INT(status, RECORDER_PROTOCOL, "a packet of an interface without a program");
	OK(strstr(r.reason, "link type LINUX_LAPD"), "%s", r.reason);
	IS_INT(r.frames, 2, "at its frame");
	end("error");
	IS_INT(count(base) + count(done), 0, "nothing is stored");
}

static void put_block(uint32_t type)
{
	put(type);
	put(20);
	put(0);
	put(0);
	put(20);
}

/* Interfaces in the head, in data and in the same frame as their packets; other blocks. */
static void test_pcapng(void)
{
	with("greater 61");
	init();
	clear();
	section();
	expect(); /* of the head what is no secret */
	put_block(PCAPNG_SECRETS);
	frame(0);
	payload_len = 0;
	put_block(PCAPNG_NAMES);
	frame(1);
	payload_len = 0;
	put_block(PCAPNG_SECRETS);
	frame(1);
	payload_len = 0;
	idb(113, 0);
	expect();
	epb(1, 60);
	frame(1);
	payload_len = 0;
	epb(1, 64);
	expect();
	frame(1);
	payload_len = 0;
	epb(0, 64);
	epb(1, 64);
	expect();
	frame(1);
	payload_len = 0;
	put_block(5);
	expect();
	frame(1);
	payload_len = 0;
	epb(0, 60);
	epb(1, 60);
	frame(1);
	go();
	end("closed");
	IS_INT(status, RECORDER_OK, "pcapng: %s", r.reason);
	is_file(
	    done, STAMP ".pcapng", 0440, "packets that match, other blocks, no names, no secrets");
	IS_INT(stats.packets, 6, "packets");
	IS_INT(stats.filtered, 3, "of them filtered out");
}

/* The same head again is the same head, although its secrets are not in the file. */
static void test_same_head(void)
{
	with("greater 60");
	init();
	for (unsigned i = 0; i < 3; i++) {
		clear();
		section();
		put_block(PCAPNG_SECRETS);
		frame(0);
		go();
		send_epb(0, 60);
	}
	end("closed");
	IS_INT(stats.files, 1, "the same head with secrets: one file");
	IS_INT(status, RECORDER_OK, "accepted");
}

static struct recorder_live live_of(const struct recorder_settings *s)
{
	return (struct recorder_live){.mode = s->mode,
	    .max_snaplen = s->max_snaplen,
	    .rotate_unit = s->rotate.unit,
	    .rotate_mod = s->rotate.mod,
	    .store = 1};
}

static void change_to(const char *expression)
{
	struct recorder_live live = live_of(&settings);
	static struct filter_table *next;
	char why[FILTER_WHY_MAX];

	free(next);
	next = expression ? filter_build(expression, why) : NULL;
	recorder_change(&r, &live, base, next);
}

static void test_change(void)
{
	begin();
	init();
	clear();
	section();
	idb(113, 0);
	put_block(PCAPNG_SECRETS);
	frame(0);
	go();
	send_epb(1, 64);
	OK(memmem(r.out.head.small, r.out.head.len, "\x0a\0\0\0\x14", 5),
	    "secrets without a filter");
	change_to("greater 64");
	OK(!memmem(r.out.head.small, r.out.head.len, "\x0a\0\0\0\x14", 5), "no next file has them");
	IS_INT(r.out.head.link_len, 28 + 20 + 20, "nor has the link header");
	send_epb(1, 64);
	send_epb(1, 60);
	send_epb(0, 60);
	IS_INT(stats.filtered, 2, "a filter that was set meanwhile, by interfaces of before");
	change_to(NULL);
	send_epb(0, 60);
	IS_INT(stats.filtered, 2, "and taken away");
	change_to("wlan type mgt");
	send_epb(0, 60);
	IS_INT(status, RECORDER_PROTOCOL, "one that means nothing for the link type");
	end("error");
	IS_INT(stats.packets, 5, "packets");

	begin();
	init();
	send_header(177);
	send_record(60);
	change_to("icmp");
	send_record(60);
	IS_INT(status, RECORDER_PROTOCOL, "pcap: %s", r.reason);
	end("error");
	IS_INT(stats.packets, 1, "the packet before is stored, the one after is not");
}

/* Packets that are lost on a full disk are those that would have been stored. */
static void test_lost(void)
{
	with("greater 60");
	init();
	send_header(1);
	r.out.set.base = INT_MAX; /* no descriptor */
	record(60);
	frame(1);
	for (unsigned i = 0; i < 10; i++) {
		record(i < 4 ? 60 : 50);
		frame(1);
	}
	go();
	IS_INT(status, RECORDER_STORAGE, "no file can be created: %s", r.reason);
	IS_INT(r.lost, 5, "lost are those that match");
	end("error");
}

int main(void)
{
	int at = world_open();

	test_records();
	test_nothing();
	test_rotation();
	test_cut();
	test_refused();
	test_pcapng();
	test_same_head();
	test_change();
	test_lost();
	free(table);
	return world_close(at);
}
