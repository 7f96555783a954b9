/* test_recorder_sections: repeated and changed link headers, sections and interfaces in data, what
 * is repeated in later files, and packets that are cut. */
#include "recorder_world.h"

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
	is_file(done, STAMP "_001.pcap", 0440, "the file of the other header");
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
	if (exists(done, STAMP "_001.pcapng"))
		is_file(done, STAMP "_001.pcapng", 0440, "pcapng in between");
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
	send_epb(1, 60); /* 92 */
	want_section();
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
	send_epb(2, 60);
	is_file(done, STAMP ".pcapng", 0440, "the first file as it was");
	want_section();
	idb(113, 0);
	idb(101, 8);
	epb(2, 60);
	expect();
	is_file(base, STAMP "_001.pcapng", 01440, "all interfaces are repeated");
	/* one that comes in the frame that begins a file stands there once */
	payload_len = 0;
	idb(1, 0);
	epb(3, 60);
	frame(1);
	go();
	want_section();
	idb(113, 0);
	idb(101, 8);
	idb(1, 0);
	epb(3, 60);
	expect();
	is_file(base, STAMP "_002.pcapng", 01440, "an interface in the frame that begins a file");
	/* and is repeated from then on; the one in the frame's end too */
	payload_len = 0;
	epb(3, 56);
	idb(113, 0);
	frame(1);
	go();
	send_epb(4, 60);
	want_section();
	idb(113, 0);
	idb(101, 8);
	idb(1, 0);
	idb(113, 0);
	epb(4, 60);
	expect();
	is_file(base, STAMP "_004.pcapng", 01440, "an interface behind a packet is repeated too");
	/* the same link header again changes nothing */
	section();
	frame(0);
	go();
	send_epb(4, 4);
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
	send_epb(0, 4);
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
	is_file(done, STAMP "_001.pcapng", 0440, "the second section");
	expect_section(1, 12);
	is_file(done, STAMP "_002.pcapng", 0440, "the third, which is as the first");
	want_section();
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
	send_epb(0, 8);
	recorder_close_file(&r, "reload");
	want_len = 0;
	section();
	secrets();
	secrets();
	epb(0, 8);
	expect();
	is_file(done, STAMP "_001.pcapng", 0440, "the next has the secrets of header and data");

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
	is_file(done, STAMP "_003.pcapng", 0440, "with all of it");
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
	static const uint32_t lengths[] = {60, 200, 8996, 9000, 20000, 60, 9004};

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
	want_section();
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
	is_file(done, STAMP "_001.pcapng", 0440, "then interface 0 has max_snaplen");

	/* another max_snaplen: what stands in the head is it, or what the client sent */
	begin();
	settings.max_snaplen = 100;
	init();
	clear();
	section();
	frame(0);
	payload_len = 0;
	spb(9001, 9000);
	frame(1);
	go();
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct recorder_live l = {
		    .max_snaplen = lengths[i], .mode = 0440, .rotate_mod = 1, .store = 1};
		uint32_t is = lengths[i] < 9000 ? lengths[i] : 9000;
		char name[64];

		recorder_change(&r, &l, base, NULL);
		payload_len = 0;
		spb(9001, 9000);
		frame(1);
		go();
		IS_INT(status, RECORDER_OK, "max_snaplen is %u now", lengths[i]);
		recorder_close_file(&r, "closed");
		want_len = 0;
		section();
		bytes_store32(payload + 40, is, false);
		expect();
		payload_len = 0;
		spb(9001, is);
		expect();
		snprintf(name, sizeof(name), STAMP "_%03zu.pcapng", i + 1);
		is_file(done, name, 0440, "so interface 0 says");
	}
	end("closed");

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
	is_file(done, STAMP "_001.pcapng", 0440, "and in the next file");
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
	send_epb(0, 12);
	IS_INT(status, RECORDER_OK, "three link headers");
	send_epb(1, 16);
	IS_INT(status, RECORDER_PROTOCOL, "an interface of an older link header is none");
	end("error");
	IS_INT(count(done), 3, "three files");
	want_section();
	epb(0, 12);
	expect();
	is_file(done, STAMP "_002.pcapng", 0440, "the last has its own interfaces only");
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
	send_epb(0, 4);
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

/* The same when all of it comes at once, and nothing is written in between. */
static void test_interfaces_limit_pending(void)
{
	unsigned n;

	begin();
	init();
	clear();
	section();
	frame(0);
	payload_len = 0;
	epb(0, 20); /* a file is open: what comes is pending for it */
	frame(1);
	for (n = 0; n < 20; n++) {
		payload_len = 0;
		idb(1, 60000);
		frame(1);
	}
	go();
	IS_INT(status, RECORDER_PROTOCOL, "interfaces of more than 1 MiB at once: refused");
	OK(strstr(r.reason, "1 MiB"), "with the reason: %s", r.reason);
	IS_INT(r.frames, 2 + (1048576 - 48) / 60020, "those before it are kept");
	end("error");
}

int main(void)
{
	int at = world_open();

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
	test_interfaces_limit_pending();
	return world_close(at);
}
