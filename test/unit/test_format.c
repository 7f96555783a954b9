/* test_format: a capture is recognised, walked from record to record, and cut after the last whole
 * one; what is torn is told from what never was. */
#include "captures.h"

#include "capture/format.h"
#include "capture/linktype.h"

static struct format fmt;

static bool take_header(void)
{
	struct format_record r;
	size_t header;

	if (!OK(format_begin(&fmt, buf, used, &header, &r) == FORMAT_WHOLE, "a file header"))
		return false;
	for (size_t at = header; at < used; at += r.len)
		if (!OK(format_next(&fmt, buf + at, used - at, &r) == FORMAT_WHOLE, "%s",
			r.why ? r.why : "a block"))
			return false;
	return true;
}

static void begin_pcapng(bool order)
{
	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	take_header();
}

/* ---- whole records ---- */

static void test_whole_pcap(size_t magic, unsigned minor)
{
	size_t ends[64], n = 0;
	unsigned wrong = 0, miscounted = 0;
	uint64_t packets = 0;
	uint8_t *copy;

	random_seed(7 + magic);
	pcap(magic, 2, minor, 0, 1);
	take_header();
	start(big);
	while (n < COUNT(ends)) {
		uint32_t caplen = (uint32_t)random_below(n % 5 == 4 ? 1 : 90);

		put_record(
		    minor < 3 ? caplen + 7 : caplen, minor < 3 ? caplen : caplen + 7, caplen);
		ends[n++] = used;
	}
	copy = exact();
	for (size_t cut = 0; cut <= used; cut++) {
		size_t k = 0, got;
		uint8_t *part = malloc(cut ? cut : 1);

		if (!part)
			support_die("memory");
		memcpy(part, copy, cut);
		while (k < n && ends[k] <= cut)
			k++;
		packets = 0;
		got = format_whole(&fmt, part, cut, &packets);
		wrong += got != (k ? ends[k - 1] : 0);
		miscounted += packets != k;
		wrong += format_whole(&fmt, part, cut, NULL) != got;
		free(part);
	}
	free(copy);
	IS_INT(wrong, 0, "2.%u %s: the whole records at every cut (seed %zu)", minor,
	    magics[magic].name, 7 + magic);
	IS_INT(miscounted, 0, "2.%u %s: their number", minor, magics[magic].name);
}

static void test_whole_pcapng(bool order)
{
	size_t ends[48], n = 0;
	unsigned wrong = 0, miscounted = 0;
	uint64_t packets = 0;

	random_seed(9);
	begin_pcapng(order);
	start(order);
	while (n < COUNT(ends)) {
		size_t caplen = (size_t)random_below(70);

		put_epb(0, (uint32_t)caplen, caplen);
		ends[n++] = used;
	}
	for (size_t cut = 0; cut <= used; cut++) {
		size_t k = 0;
		uint8_t *part = malloc(cut ? cut : 1);

		if (!part)
			support_die("memory");
		memcpy(part, buf, cut);
		while (k < n && ends[k] <= cut)
			k++;
		packets = 0;
		wrong += format_whole(&fmt, part, cut, &packets) != (k ? ends[k - 1] : 0);
		miscounted += packets != k;
		free(part);
	}
	IS_INT(wrong, 0, "pcapng: the whole blocks at every cut (seed 9)");
	IS_INT(miscounted, 0, "pcapng: their number");

	/* blocks of other kinds are whole blocks as well */
	start(order);
	put_block(5, 12);
	put_idb(1, 0);
	put_spb(8, 8);
	IS_INT(format_whole(&fmt, buf, used, NULL), used, "blocks of several kinds");
	IS_INT(format_whole(&fmt, buf, used - 1, NULL), 24 + 20, "without the torn last one");
}

/* What is torn or never was whole does not lead past the end or into a loop. */
static void test_whole_hostile(void)
{
	unsigned beyond = 0;
	uint64_t packets = 0;

	begin_pcapng(false);
	random_seed(11);
	for (unsigned i = 0; i < 20000; i++) {
		size_t n = (size_t)random_below(80);
		uint8_t *p = malloc(n ? n : 1);

		if (!p)
			support_die("memory");
		for (size_t k = 0; k < n; k++)
			p[k] = (uint8_t)(random_below(3) ? 0 : random_next());
		fmt.kind = i % 2 ? FORMAT_PCAPNG : FORMAT_PCAP;
		fmt.pcap.caplen_at = 8;
		fmt.pcap.big = fmt.section.big = i / 2 % 2;
		beyond += format_whole(&fmt, p, n, &packets) > n;
		free(p);
	}
	IS_INT(beyond, 0, "whole records never reach past the end (seed 11)");
}

/* ---- torn ones: what repair cuts off ---- */

typedef bool beginning(const struct format *f, const uint8_t *p, size_t len, size_t max);

static bool file_beginning(const struct format *f, const uint8_t *p, size_t len, size_t max)
{
	(void)f;
	return format_is_header_beginning(p, len, max);
}

/* Asks about the first bytes of buf. */
static bool begins(beginning *is, size_t cut, size_t max)
{
	uint8_t *part = malloc(cut ? cut : 1);
	bool yes;

	if (!part)
		support_die("memory");
	memcpy(part, buf, cut);
	yes = is(&fmt, part, cut, max);
	free(part);
	return yes;
}

/* How many of the cuts of what is in buf are taken for its beginning. */
static size_t beginnings(beginning *is, size_t max)
{
	size_t n = 0;

	for (size_t cut = 0; cut < used; cut++)
		n += begins(is, cut, max);
	return n;
}

static void test_beginning_pcap(size_t magic, unsigned minor)
{
	pcap(magic, 2, minor, 0, 1);
	take_header();
	start(big);
	put_record(minor < 3 ? 70 : 60, minor < 3 ? 60 : 70, 60);
	IS_INT(beginnings(format_is_beginning, 76), 76, "2.%u: every cut of a record", minor);
	IS_INT(beginnings(format_is_beginning, 75), 16, "of one that is too long, of its header");
	OK(!begins(format_is_beginning, 76, 76), "a whole one is no beginning");
	start(big);
	put_record(0xffffffff, 0xffffffff, 0);
	OK(!begins(format_is_beginning, 16, 65535) && begins(format_is_beginning, 15, 65535),
	    "a length that never was");
}

static void test_beginning_pcapng(bool order)
{
	static const uint32_t bad[] = {0, 4, 8, 11, 13, 14, 15, 0xfffffffc, 0xffffffff};
	unsigned wrong = 0;

	begin_pcapng(order);
	start(order);
	put_epb(0, 60, 60);
	IS_INT(beginnings(format_is_beginning, used), used, "every cut of a block");
	IS_INT(beginnings(format_is_beginning, used - 4), 8,
	    "of one that is too long, of its type and length");
	OK(!begins(format_is_beginning, used, used), "a whole one is no beginning");
	start(order);
	put_block(0x4321, 0);
	OK(begins(format_is_beginning, 8, 12) && begins(format_is_beginning, 11, 12),
	    "the smallest block");
	for (size_t i = 0; i < COUNT(bad); i++) {
		start(order);
		put32(6);
		put32(bad[i]);
		wrong += begins(format_is_beginning, 8, 65535);
		wrong += !begins(format_is_beginning, 7, 65535);
	}
	IS_INT(wrong, 0, "a length that no block has");
}

static void test_beginning_file(void)
{
	for (size_t i = 0; i < COUNT(magics); i++) {
		unsigned wrong = 0;

		pcap(i, 2, 4, SNAP, 1);
		IS_INT(beginnings(file_beginning, 65535), used, "every cut of a file header");
		OK(!begins(file_beginning, used, 65535), "a whole one is no beginning");
		for (size_t at = 0; at < 4; at++) {
			buf[at] ^= 0x40;
			wrong += beginnings(file_beginning, 65535) != at + 1;
			buf[at] ^= 0x40;
		}
		IS_INT(wrong, 0, "another magic number is none from its first wrong byte on");
	}
	for (int order = 0; order < 2; order++) {
		start(order);
		put_shb(1, 0);
		IS_INT(beginnings(file_beginning, used), used, "every cut of a section header");
		IS_INT(beginnings(file_beginning, used - 4), 12,
		    "of one that is too long, until its byte order is known");
		OK(!begins(file_beginning, used, used), "a whole one is no beginning");
		buf[8] ^= 1;
		IS_INT(beginnings(file_beginning, used), 12, "nor is one with another magic");
	}
}

/* From https://www.tcpdump.org/linktypes.html */
static void test_link_names(void)
{
	static const struct {
		uint32_t type;
		const char *name;
	} some[] = {{0, "NULL"}, {1, "EN10MB"}, {9, "PPP"}, {12, "RAW"}, {101, "RAW"},
	    {105, "IEEE802_11"}, {108, "LOOP"}, {113, "LINUX_SLL"}, {127, "IEEE802_11_RADIO"},
	    {140, "MTP2"}, {141, "MTP3"}, {142, "SCCP"}, {177, "LINUX_LAPD"}, {217, "GSMTAP_UM"},
	    {218, "GSMTAP_ABIS"}, {228, "IPV4"}, {229, "IPV6"}, {249, "USBPCAP"},
	    {276, "LINUX_SLL2"}};
	unsigned named = 0;

	for (size_t i = 0; i < COUNT(some); i++) {
		const char *name = linktype_name(some[i].type);

		IS_STR(name ? name : "-", some[i].name, "link type %u", some[i].type);
	}
	for (uint32_t type = 0; type < 70000; type++)
		named += linktype_name(type) != NULL;
	IS_INT(named, COUNT(some), "the others have no name here");
	OK(!linktype_name(0xfffffff0), "nor has what is no link type");
}

/* ---- the walk ---- */

static void test_walk_pcap(size_t magic, unsigned minor)
{
	struct format_record r;
	uint32_t fraction = magic < 2 ? 123456000 : 123456;

	pcap(magic, 2, minor, 0, 0xf0000071);
	take_header();
	start(big);
	put_record(minor < 3 ? 90 : 60, minor < 3 ? 60 : 90, 60);
	OK(format_next(&fmt, buf, used, &r) == FORMAT_WHOLE, "2.%u: a record", minor);
	IS_INT(r.what, FORMAT_PACKET, "is a packet");
	IS_INT(r.len, 76, "its length");
	IS_INT(r.caplen, 60, "its captured length");
	IS_INT(r.original, 90, "its original length");
	IS_INT(r.link_type, 113, "its link type, without the frame check sequence");
	OK(r.timed && r.time_ns == INT64_C(1794000000000000000) + fraction, "its time");
	OK(r.data == buf + 16, "its data");
	for (size_t n = 0; n < used; n++)
		OK(format_next(&fmt, buf, n, &r) == FORMAT_MORE && r.need == (n < 16 ? 16 : 76),
		    "%zu of it: what is needed", n);
	bytes_store32(buf, 0xffffffff, big);
	bytes_store32(buf + 4, 0xffffffff, big);
	format_next(&fmt, buf, used, &r);
	OK(r.time_ns == (magic < 2 ? INT64_C(4294967295000000000) + INT64_C(4294967295000)
				   : INT64_C(4294967295000000000) + INT64_C(4294967295)),
	    "the largest time");
}

static void test_walk_modified(bool order)
{
	struct format_record r;
	size_t header;
	uint64_t packets = 0;

	pcap(order, 2, 4, 0, 1);
	memcpy(buf, order ? "\xa1\xb2\xcd\x34" : "\x34\xcd\xb2\xa1", 4);
	put_record(3, 9, 8 + 3);
	put_record(0, 9, 8);
	IS_INT(format_begin(&fmt, buf, used, &header, &r), FORMAT_WHOLE, "modified pcap");
	IS_INT(format_next(&fmt, buf + 24, 23, &r), FORMAT_MORE, "too few for a record header");
	IS_INT(r.need, 24, "of 24 bytes");
	IS_INT(format_next(&fmt, buf + 24, 26, &r), FORMAT_MORE, "too few for the record");
	IS_INT(r.need, 27, "of 27 bytes");
	IS_INT(format_next(&fmt, buf + 24, used - 24, &r), FORMAT_WHOLE, "a record");
	OK(r.len == 27 && r.caplen == 3 && r.original == 9 && r.data == buf + 48, "its packet");
	IS_INT(format_whole(&fmt, buf + 24, used - 24 - 1, &packets), 27, "whole records");
	IS_INT(packets, 1, "counted");
	OK(format_is_beginning(&fmt, buf + 24, 23, 1000), "a beginning of one");
	OK(format_is_beginning(&fmt, buf + 24, 26, 27), "the same, longer");
	OK(!format_is_beginning(&fmt, buf + 24, 26, 26), "longer than any");
}

static void expect_next(size_t *at, enum format_status st, enum format_what what,
    struct format_record *r, const char *name)
{
	IS_INT(format_next(&fmt, buf + *at, used - *at, r), st, "%s", name);
	IS_INT(r->what, what, "%s: what it is", name);
	*at += r->len;
}

static void test_walk_pcapng(bool order)
{
	struct pcapng_interface table[2];
	struct format_record r;
	size_t at = 0, header;

	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	put_idb(113, 0);
	put_idb(101, 0);
	put_block(10, 12);
	put_epb(1, 60, 60);
	put_epb(2, 60, 60);
	put_opb(1, 8, 8);
	put_spb(60, 60);
	put_block(5, 12);
	put_epb(3, 60, 60);
	big = !order;
	put_shb(1, 0);
	put_idb(12, 0);
	put_epb(0, 4, 4);
	big = order;
	IS_INT(format_begin(&fmt, buf, used, &header, &r), FORMAT_WHOLE, "pcapng");
	IS_INT(header, 0, "has no header before its records");
	fmt.section.table = table;
	fmt.section.room = 2;
	expect_next(&at, FORMAT_WHOLE, FORMAT_SECTION, &r, "a section");
	for (int i = 0; i < 3; i++)
		expect_next(&at, FORMAT_WHOLE, FORMAT_INTERFACE, &r, "an interface");
	expect_next(&at, FORMAT_WHOLE, FORMAT_SECRETS, &r, "secrets");
	expect_next(&at, FORMAT_WHOLE, FORMAT_PACKET, &r, "a packet");
	OK(r.timed && r.interface == 1 && r.link_type == 113 && r.caplen == 60,
	    "interface, link type, length");
	OK(r.time_ns == INT64_C(0x00065e6b3a5d2b10) * 1000, "time in microseconds");
	expect_next(&at, FORMAT_WHOLE, FORMAT_PACKET, &r, "a packet beyond the table");
	OK(!r.timed && r.interface == 2 && r.link_type == FORMAT_LINK_UNKNOWN,
	    "has no known time and link type");
	expect_next(&at, FORMAT_WHOLE, FORMAT_PACKET, &r, "an obsolete packet");
	OK(r.timed && r.interface == 1 && r.caplen == 8, "is one");
	expect_next(&at, FORMAT_WHOLE, FORMAT_PACKET, &r, "a simple packet");
	OK(!r.timed && r.link_type == 1 && r.original == 60, "is one, without a time");
	expect_next(&at, FORMAT_WHOLE, FORMAT_OTHER, &r, "another block");
	expect_next(&at, FORMAT_BAD, FORMAT_PACKET, &r, "a packet of no interface");
	OK(r.why && r.len == 92, "can be passed over");
	expect_next(&at, FORMAT_WHOLE, FORMAT_SECTION, &r, "a section of the other byte order");
	expect_next(&at, FORMAT_WHOLE, FORMAT_INTERFACE, &r, "its interface");
	expect_next(&at, FORMAT_WHOLE, FORMAT_PACKET, &r, "its packet");
	IS_INT(r.link_type, 12, "has the link type of its section");
	IS_INT(at, used, "that is all");
}

static void test_recognise(void)
{
	struct format_record r;
	size_t header;

	start(false);
	for (size_t n = 0; n < 4; n++)
		OK(format_begin(&fmt, buf, n, &header, &r) == FORMAT_MORE && r.need == 4,
		    "%zu bytes are too few", n);
	pcap(0, 2, 4, 0, 1);
	for (size_t n = 4; n < 24; n++)
		OK(format_begin(&fmt, buf, n, &header, &r) == FORMAT_MORE && r.need == 24,
		    "%zu bytes of pcap are too few", n);
	IS_INT(format_begin(&fmt, buf, 24, &header, &r), FORMAT_WHOLE, "pcap");
	IS_INT(header, 24, "its header");
	pcap(0, 2, 5, 0, 1);
	IS_INT(format_begin(&fmt, buf, 24, &header, &r), FORMAT_BAD, "pcap 2.5");
	memcpy(buf, "GET ", 4);
	IS_INT(format_begin(&fmt, buf, 24, &header, &r), FORMAT_BAD, "something else");
}

int main(void)
{
	for (unsigned order = 0; order < 2; order++) {
		test_walk_modified(order);
		test_whole_pcapng(order);
		test_beginning_pcapng(order);
		test_walk_pcapng(order);
	}
	for (size_t m = 0; m < COUNT(magics); m++)
		for (unsigned minor = 2; minor <= 4; minor++) {
			test_whole_pcap(m, minor);
			test_beginning_pcap(m, minor);
			test_walk_pcap(m, minor);
		}
	test_whole_hostile();
	test_beginning_file();
	test_recognise();
	test_link_names();
	return tap_done();
}
