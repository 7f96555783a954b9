/* test_capfmt: which pcap and pcapng payloads are stored and which are refused: the numbered cases
 * of the list of bad input, in every byte order and with every magic; cutting after the last whole
 * record; finding interfaces. A refusal must give one line and leave the state alone. */
#include "tap.h"
#include "support.h"

#include "capture/capfmt.h"

#define SNAP 9000u

static uint8_t buf[1 << 18];
static size_t used;
static bool big;
static struct capfmt fmt;
static struct capfmt_data data;
static char reason[CAPFMT_REASON_MAX];

/* ---- building ---- */

static void start(bool order)
{
	used = 0;
	big = order;
}

static void put16(unsigned v)
{
	bytes_store16(buf + used, (uint16_t)v, big);
	used += 2;
}

static void put32(uint32_t v)
{
	bytes_store32(buf + used, v, big);
	used += 4;
}

static void fill(size_t n, int byte)
{
	memset(buf + used, byte, n);
	used += n;
}

static void put_pcap(
    const char *magic, unsigned major, unsigned minor, uint32_t snaplen, uint32_t link)
{
	memcpy(buf + used, magic, 4);
	used += 4;
	put16(major);
	put16(minor);
	put32(0);
	put32(0);
	put32(snaplen);
	put32(link);
}

/* A record with these two length fields and that much data. */
static void put_record(uint32_t caplen, uint32_t len, size_t n)
{
	put32(1794000000);
	put32(123456);
	put32(caplen);
	put32(len);
	fill(n, 0xab);
}

static size_t block_begin(uint32_t type)
{
	size_t at = used;

	put32(type);
	put32(0);
	return at;
}

static void block_end(size_t at)
{
	uint32_t total;

	while (used % 4)
		buf[used++] = 0;
	total = (uint32_t)(used - at + 4);
	put32(total);
	bytes_store32(buf + at + 4, total, big);
}

static void put_option(unsigned code, unsigned length, size_t n)
{
	put16(code);
	put16(length);
	fill((n + 3) / 4 * 4, 'x');
}

static void put_shb(unsigned major, unsigned minor)
{
	size_t at = block_begin(0x0a0d0d0a);

	put32(0x1a2b3c4d);
	put16(major);
	put16(minor);
	fill(8, 0xff);
	block_end(at);
}

static void put_idb(unsigned link, uint32_t snaplen)
{
	size_t at = block_begin(1);

	put16(link);
	put16(0);
	put32(snaplen);
	block_end(at);
}

static void put_epb(uint32_t interface, uint32_t caplen, size_t n)
{
	size_t at = block_begin(6);

	put32(interface);
	put32(0x00065e6b);
	put32(0x3a5d2b10);
	put32(caplen);
	put32((uint32_t)n);
	fill(n, 0xcd);
	block_end(at);
}

/* Simple Packet Block: there is only the original length. */
static void put_spb(uint32_t len, size_t n)
{
	size_t at = block_begin(3);

	put32(len);
	fill(n, 0xcd);
	block_end(at);
}

/* The obsolete Packet Block. */
static void put_opb(unsigned interface, uint32_t caplen, size_t n)
{
	size_t at = block_begin(2);

	put16(interface);
	put16(0);
	put32(0x00065e6b);
	put32(0x3a5d2b10);
	put32(caplen);
	put32((uint32_t)n);
	fill(n, 0xcd);
	block_end(at);
}

static void put_block(uint32_t type, size_t n)
{
	size_t at = block_begin(type);

	fill(n, 0x11);
	block_end(at);
}

/* ---- checking ---- */

static bool good_reason(void)
{
	size_t n = strnlen(reason, sizeof(reason));

	return n > 0 && n < sizeof(reason) && reason[n - 1] != '.' && reason[n - 1] != '\n' &&
	       !strchr(reason, '\n');
}

/* The exact bytes on the heap, so that a sanitizer sees a read past their end. */
static uint8_t *exact(void)
{
	uint8_t *copy = malloc(used ? used : 1);

	if (!copy)
		support_die("memory");
	memcpy(copy, buf, used);
	return copy;
}

static bool take_header(bool want, const char *name)
{
	struct capfmt before;
	uint8_t *copy = exact();
	bool got;

	memset(&fmt, 0x5a, sizeof(fmt));
	before = fmt;
	memcpy(&before, &fmt, sizeof(fmt));
	reason[0] = 0;
	got = capfmt_header(&fmt, copy, used, SNAP, reason);
	free(copy);
	OK(got == want, "%s: header %s (%s endian)", name, want ? "stored" : "refused",
	    big ? "big" : "little");
	if (got != want && !got)
		printf("# %s\n", reason);
	if (!got) {
		OK(memcmp(&fmt, &before, sizeof(fmt)) == 0, "%s: state untouched", name);
		OK(good_reason(), "%s: reason \"%s\"", name, reason);
	}
	return got;
}

static bool take_data(bool want, const char *name)
{
	struct capfmt before;
	uint8_t *copy = exact();
	bool got, plain = capfmt_has_plain(&fmt) && capfmt_plain_record(&fmt, copy, used);

	memcpy(&before, &fmt, sizeof(fmt));
	reason[0] = 0;
	got = capfmt_data(&fmt, copy, used, &data, reason);
	free(copy);
	OK(got == want, "%s: data %s (%s endian)", name, want ? "stored" : "refused",
	    big ? "big" : "little");
	if (got != want && !got)
		printf("# %s\n", reason);
	if (!got) {
		OK(memcmp(&fmt, &before, sizeof(fmt)) == 0, "%s: state untouched", name);
		OK(good_reason(), "%s: reason \"%s\"", name, reason);
	}
	if (plain)
		OK(got && data.packets == 1 && !data.only_interfaces &&
			memcmp(&fmt, &before, sizeof(fmt)) == 0,
		    "%s: the short cut says the same", name);
	return got;
}

/* ---- classic pcap ---- */

static const struct {
	const char *bytes, *name;
	bool big;
} magics[] = {{"\xd4\xc3\xb2\xa1", "little-endian us", false},
    {"\xa1\xb2\xc3\xd4", "big-endian us", true}, {"\x4d\x3c\xb2\xa1", "little-endian ns", false},
    {"\xa1\xb2\x3c\x4d", "big-endian ns", true}};

static void pcap(size_t magic, unsigned major, unsigned minor, uint32_t snaplen, uint32_t link)
{
	start(magics[magic].big);
	put_pcap(magics[magic].bytes, major, minor, snaplen, link);
}

static void test_pcap_magic(void)
{
	static const char *const bad[] = {"\0\0\0\0", "\x34\xcd\xb2\xa1", "\xa1\xb2\xcd\x34",
	    "\xd4\xc3\xb2\xa2", "\x0a\x0d\x0d\x0b", "\xff\xff\xff\xff", "\xb2\xa1\xd4\xc3",
	    "\x1a\x2b\x3c\x4d", "\xc3\xd4\xa1\xb2", "GET "};

	for (size_t m = 0; m < COUNT(magics); m++) {
		pcap(m, 2, 4, SNAP, 1);
		if (!take_header(true, magics[m].name))
			continue;
		IS_INT(fmt.kind, CAPFMT_PCAP, "%s: kind", magics[m].name);
		IS_INT(fmt.big, magics[m].big, "%s: byte order", magics[m].name);
		IS_INT(fmt.link_type, 1, "%s: link type", magics[m].name);
		IS_INT(fmt.max_snaplen, SNAP, "%s: snaplen that is accepted", magics[m].name);
		IS_INT(fmt.caplen_at, 8, "%s: place of caplen", magics[m].name);
		start(big);
		put_record(60, 60, 60);
		take_data(true, magics[m].name);
		IS_INT(data.packets, 1, "%s: one packet", magics[m].name);
		IS_INT(data.only_interfaces, false, "%s: no interfaces", magics[m].name);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		for (unsigned order = 0; order < 2; order++) {
			start(order);
			put_pcap(bad[i], 2, 4, SNAP, 1);
			take_header(false, "63, 67 magic");
		}
	}
}

static void test_pcap_version(void)
{
	static const struct {
		unsigned major, minor;
		bool stored;
		enum {
			NORMAL,
			SWAPPED,
			SMALLER
		} lengths;
	} rows[] = {{2, 4, true, NORMAL}, {2, 3, true, SMALLER}, {2, 2, true, SWAPPED},
	    {2, 1, true, SWAPPED}, {2, 0, true, SWAPPED}, {543, 0, true, SWAPPED},
	    {2, 5, false, NORMAL}, {2, 65535, false, NORMAL}, {1, 0, false, NORMAL},
	    {1, 4, false, NORMAL}, {0, 0, false, NORMAL}, {0, 4, false, NORMAL},
	    {3, 0, false, NORMAL}, {3, 4, false, NORMAL}, {4, 2, false, NORMAL},
	    {543, 1, false, NORMAL}, {544, 0, false, NORMAL}, {0x0200, 0x0400, false, NORMAL},
	    {65535, 65535, false, NORMAL}};

	for (size_t m = 0; m < COUNT(magics); m++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			char name[32];
			/* fields (caplen, len), data; which of them fit */
			static const struct {
				uint32_t first, second;
				size_t n;
				bool stored[3];
			} records[] = {{60, 60, 60, {true, true, true}},
			    {60, 1500, 60, {true, false, true}},
			    {60, 1500, 1500, {false, true, false}},
			    {1500, 60, 60, {false, true, true}},
			    {1500, 60, 1500, {true, false, false}}, {0, 60, 0, {true, false, true}},
			    {60, 0, 0, {false, true, true}},
			    {60, 0xffffffff, 60, {true, false, true}},
			    {0xffffffff, 60, 60, {false, true, true}},
			    {61, 59, 60, {false, false, false}}};

			snprintf(
			    name, sizeof(name), "68 version %u.%u", rows[i].major, rows[i].minor);
			pcap(m, rows[i].major, rows[i].minor, SNAP, 1);
			if (!take_header(rows[i].stored, name))
				continue;
			for (size_t k = 0; k < COUNT(records); k++) {
				start(big);
				put_record(records[k].first, records[k].second, records[k].n);
				take_data(records[k].stored[rows[i].lengths], name);
			}
		}
}

static void test_pcap_header(void)
{
	static const struct {
		uint32_t snaplen;
		bool stored;
	} snaps[] = {{0, true}, {1, true}, {65, true}, {SNAP - 1, true}, {SNAP, true},
	    {SNAP + 1, false}, {65535, false}, {262144, false}, {0x7fffffff, false},
	    {0x80000000, false}, {0xffffffff, false}};
	static const uint32_t links[] = {0, 1, 101, 113, 228, 276, 9999, 65535};
	static const size_t lengths[] = {
	    0, 1, 3, 4, 5, 8, 16, 20, 23, 25, 26, 28, 40, 48, 4096, 65535};
	struct capfmt other;

	for (size_t m = 0; m < COUNT(magics); m++) {
		for (size_t i = 0; i < COUNT(snaps); i++) {
			pcap(m, 2, 4, snaps[i].snaplen, 1);
			take_header(snaps[i].stored, "70 snaplen");
		}
		for (size_t i = 0; i < COUNT(links); i++) {
			pcap(m, 2, 4, SNAP, links[i]);
			if (take_header(true, "73 link type"))
				IS_INT(fmt.link_type, links[i], "link type %u is read", links[i]);
		}
		for (size_t i = 0; i < COUNT(lengths); i++) {
			pcap(m, 2, 4, SNAP, 1);
			fill(65535, 0);
			used = lengths[i];
			take_header(false, "69 header length");
		}
	}
	/* the limits of the setting itself */
	pcap(0, 2, 4, 262144, 1);
	OK(capfmt_header(&other, buf, used, 262144, reason), "snaplen 262144 below 262144");
	pcap(0, 2, 4, 2, 1);
	OK(!capfmt_header(&other, buf, used, 1, reason), "snaplen 2 above 1");
	pcap(0, 2, 4, 1, 1);
	OK(capfmt_header(&other, buf, used, 1, reason), "snaplen 1 at 1");
}

static void test_pcap_records(void)
{
	static const struct {
		const char *name;
		uint32_t caplen, len;
		size_t n;
		bool stored;
	} rows[] = {{"plain", 60, 60, 60, true}, {"71 one more", 61, 61, 60, false},
	    {"71 one less", 59, 59, 60, false}, {"71 caplen 0xffffffff", 0xffffffff, 60, 60, false},
	    {"71 caplen 0xfffffff0", 0xfffffff0, 60, 0, false},
	    {"71 caplen 0 with data", 0, 60, 60, false},
	    {"71 caplen without data", 60, 60, 0, false},
	    {"71 caplen with the header counted", 76, 76, 60, false},
	    {"71 high bit", 0x8000003c, 60, 60, false},
	    {"71 other byte order", 0x3c000000, 60, 60, false},
	    {"72 at max-snaplen", SNAP, SNAP, SNAP, true},
	    {"72 above max-snaplen", SNAP + 1, SNAP + 1, SNAP + 1, false},
	    {"72 a full frame", 65519, 65519, 65519, false}, {"73 caplen > len", 60, 10, 60, true},
	    {"73 len 0xffffffff", 60, 0xffffffff, 60, true}, {"73 len 0", 60, 0, 60, true},
	    {"73 caplen 0", 0, 60, 0, true}, {"73 caplen 0, len 0", 0, 0, 0, true},
	    {"73 one byte", 1, 1, 1, true}};
	static const struct {
		uint32_t seconds, fraction;
	} times[] = {{0, 0}, {1, 1000000}, {1, 999999999}, {1, 1000000000},
	    {0xffffffff, 0xffffffff}, {0x80000000, 0}, {1794000000, 0}, {1, 0}};

	for (size_t m = 0; m < COUNT(magics); m++) {
		pcap(m, 2, 4, SNAP, 1);
		if (!take_header(true, magics[m].name))
			continue;
		for (size_t i = 0; i < COUNT(rows); i++) {
			start(big);
			put_record(rows[i].caplen, rows[i].len, rows[i].n);
			if (take_data(rows[i].stored, rows[i].name))
				IS_INT(data.packets, 1, "%s: one packet", rows[i].name);
		}
		for (size_t i = 0; i < COUNT(times); i++) {
			start(big);
			put_record(60, 60, 60);
			bytes_store32(buf, times[i].seconds, big);
			bytes_store32(buf + 4, times[i].fraction, big);
			take_data(true, "73 any time");
		}
		for (size_t n = 0; n < 16; n++) {
			start(big);
			put_record(0, 0, 0);
			used = n;
			take_data(false, "74 short record");
		}
		start(big);
		put_record(60, 60, 60);
		put_record(60, 60, 60);
		take_data(false, "two records in a frame");
	}
	/* a record above the header's own snaplen is readable all the same */
	pcap(0, 2, 4, 64, 1);
	take_header(true, "small snaplen");
	start(big);
	put_record(0, 0, 0);
	take_data(true, "a record below a small snaplen");
}

/* ---- pcapng ---- */

static bool begin_pcapng(bool order)
{
	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	return take_header(true, "section and one interface");
}

static void test_pcapng_header(bool order)
{
	start(order);
	put_shb(1, 0);
	if (take_header(true, "section alone")) {
		IS_INT(fmt.kind, CAPFMT_PCAPNG, "section alone: kind");
		IS_INT(fmt.interfaces, 0, "section alone: no interface");
		IS_INT(fmt.big, order, "section alone: byte order");
		IS_INT(fmt.caplen_at, 0, "section alone: no plain records");
	}
	start(order);
	put_epb(0, 60, 60);
	take_data(false, "81 packet before any interface");
	start(order);
	put_spb(60, 60);
	take_data(false, "81 simple packet before any interface");
	start(order);
	put_opb(0, 60, 60);
	take_data(false, "81 obsolete packet before any interface");
	start(order);
	put_idb(1, 0);
	put_epb(0, 60, 60);
	if (take_data(true, "interface and packet in one frame")) {
		IS_INT(fmt.interfaces, 1, "interface and packet: one interface");
		IS_INT(data.packets, 1, "interface and packet: one packet");
	}

	start(order);
	put_shb(1, 0);
	put_idb(113, 100);
	put_idb(1, SNAP);
	if (take_header(true, "two interfaces")) {
		IS_INT(fmt.interfaces, 2, "two interfaces: count");
		IS_INT(fmt.link_type, 113, "two interfaces: link type of the first");
		IS_INT(fmt.first_snaplen, 100, "two interfaces: snaplen of the first");
		IS_INT(fmt.mixed, true, "two interfaces: mixed");
	}
	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	put_idb(1, SNAP);
	if (take_header(true, "two alike"))
		IS_INT(fmt.mixed, false, "two alike: not mixed");

	start(order);
	put_shb(1, 2);
	put_idb(1, 0);
	take_header(true, "78 version 1.2");
	static const unsigned versions[][2] = {
	    {0, 0}, {0, 1}, {2, 0}, {2, 4}, {256, 0}, {65535, 0}};
	for (size_t i = 0; i < COUNT(versions); i++) {
		start(order);
		put_shb(versions[i][0], versions[i][1]);
		put_idb(1, 0);
		take_header(false, "78 version");
	}

	static const struct {
		uint32_t snaplen;
		bool stored;
	} snaps[] = {{0, true}, {1, true}, {SNAP, true}, {SNAP + 1, false}, {262144, false},
	    {0x7fffffff, false}, {0xffffffff, false}};
	for (size_t i = 0; i < COUNT(snaps); i++) {
		start(order);
		put_shb(1, 0);
		put_idb(1, snaps[i].snaplen);
		take_header(snaps[i].stored, "83 snaplen");
		start(order);
		put_shb(1, 0);
		put_idb(1, SNAP);
		put_idb(1, snaps[i].snaplen);
		take_header(snaps[i].stored, "83 snaplen of the second");
	}

	static const uint32_t types[] = {
	    0, 2, 3, 4, 5, 6, 7, 10, 0xbad, 0x0bad, 0x0a0d0d0a, 0x80000001};
	for (size_t i = 0; i < COUNT(types); i++) {
		start(order);
		put_shb(1, 0);
		put_idb(1, SNAP);
		if (types[i] == 0x0a0d0d0a)
			put_shb(1, 0);
		else if (types[i] == 6)
			put_epb(0, 4, 4);
		else
			put_block(types[i], 20);
		take_header(false, "80 not an interface in the header");
	}
	start(order);
	put_idb(1, SNAP);
	take_header(false, "an interface without a section");
	start(order);
	put_epb(0, 4, 4);
	take_header(false, "a packet without a section");

	start(order);
	put_shb(1, 0);
	for (unsigned i = 0; i < 1000; i++)
		put_idb(i % 3, i % 7 * 100);
	if (take_header(true, "82 1,000 interfaces")) {
		IS_INT(fmt.interfaces, 1000, "82 all are counted");
		start(order);
		put_epb(999, 60, 60);
		take_data(true, "82 packet of the last interface");
		start(order);
		put_epb(1000, 60, 60);
		take_data(false, "82 packet of one too many");
	}
}

/* One field changed in a header of a section (28 bytes) and an interface (20). */
static const struct patch {
	const char *name;
	size_t at;
	unsigned width;
	uint32_t value;
	bool stored;
} header_patches[] = {
    {"75 section length 0", 4, 4, 0, false},
    {"75 section length 4", 4, 4, 4, false},
    {"75 section length 12", 4, 4, 12, false},
    {"75 section length 24", 4, 4, 24, false},
    {"75 section length 27", 4, 4, 27, false},
    {"75 section length 29", 4, 4, 29, false},
    {"75 section length 32", 4, 4, 32, false},
    {"75 section length beyond the frame", 4, 4, 52, false},
    {"75 section length 0xfffffffc", 4, 4, 0xfffffffc, false},
    {"75 section length 0xffffffff", 4, 4, 0xffffffff, false},
    {"75 section length 0x80000000", 4, 4, 0x80000000, false},
    {"76 section trailer 0", 24, 4, 0, false},
    {"76 section trailer 32", 24, 4, 32, false},
    {"77 byte-order magic 0", 8, 4, 0, false},
    {"77 byte-order magic", 8, 4, 0x1a2b3c4e, false},
    {"77 byte-order magic of the other order", 8, 4, 0x4d3c2b1a, false},
    {"any section length in the section header", 16, 4, 0x00000014, true},
    {"75 interface length 0", 32, 4, 0, false},
    {"75 interface length 4", 32, 4, 4, false},
    {"75 interface length 12", 32, 4, 12, false},
    {"84 interface length 15", 32, 4, 15, false},
    {"84 interface length 16", 32, 4, 16, false},
    {"75 interface length 19", 32, 4, 19, false},
    {"75 interface length beyond the frame", 32, 4, 24, false},
    {"75 interface length 0xfffffffc", 32, 4, 0xfffffffc, false},
    {"76 interface trailer", 44, 4, 24, false},
    {"76 interface trailer 0", 44, 4, 0, false},
    {"interface reserved", 38, 2, 0xffff, true},
    {"73 unknown link type", 36, 2, 9999, true},
};

/* One field changed in an Enhanced Packet Block with 60 bytes (92 in all). */
static const struct patch data_patches[] = {
    {"75 packet length 0", 4, 4, 0, false},
    {"75 packet length 4", 4, 4, 4, false},
    {"75 packet length 12", 4, 4, 12, false},
    {"75 packet length 27", 4, 4, 27, false},
    {"87 packet length 28", 4, 4, 28, false},
    {"75 packet length 88", 4, 4, 88, false},
    {"75 packet length 91", 4, 4, 91, false},
    {"75 packet length 93", 4, 4, 93, false},
    {"75 packet length 96", 4, 4, 96, false},
    {"75 packet length 0xfffffffc", 4, 4, 0xfffffffc, false},
    {"75 packet length 0xffffffff", 4, 4, 0xffffffff, false},
    {"75 packet length 0x80000000", 4, 4, 0x80000000, false},
    {"76 packet trailer 0", 88, 4, 0, false},
    {"76 packet trailer 88", 88, 4, 88, false},
    {"85 interface 1", 8, 4, 1, false},
    {"85 interface 65536", 8, 4, 65536, false},
    {"85 interface 0xffffffff", 8, 4, 0xffffffff, false},
    {"73 time 0", 12, 4, 0, true},
    {"73 time", 16, 4, 0xffffffff, true},
    {"86 captured length 61", 20, 4, 61, false},
    {"86 captured length 64", 20, 4, 64, false},
    {"86 captured length above the frame", 20, 4, 65536, false},
    {"86 captured length above max-snaplen", 20, 4, SNAP + 1, false},
    {"86 captured length 0xffffffff", 20, 4, 0xffffffff, false},
    {"86 captured length 0xfffffffd", 20, 4, 0xfffffffd, false},
    {"86 captured length 0x80000000", 20, 4, 0x80000000, false},
    {"73 original length 0", 24, 4, 0, true},
    {"73 original length", 24, 4, 0xffffffff, true},
    {"89 a section's type", 0, 4, 0x0a0d0d0a, false},
};

static void apply(const struct patch *p)
{
	if (p->width == 2)
		bytes_store16(buf + p->at, (uint16_t)p->value, big);
	else
		bytes_store32(buf + p->at, p->value, big);
}

static void test_patches(bool order)
{
	for (size_t i = 0; i < COUNT(header_patches); i++) {
		start(order);
		put_shb(1, 0);
		put_idb(1, SNAP);
		apply(&header_patches[i]);
		take_header(header_patches[i].stored, header_patches[i].name);
	}
	begin_pcapng(order);
	for (size_t i = 0; i < COUNT(data_patches); i++) {
		start(order);
		put_epb(0, 60, 60);
		apply(&data_patches[i]);
		take_data(data_patches[i].stored, data_patches[i].name);
	}
	/* the other byte order inside a section */
	start(!order);
	put_epb(0, 60, 60);
	take_data(false, "77 a block of the other byte order");
}

static void test_cut_header(bool order)
{
	unsigned wrong = 0;
	size_t whole;

	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	whole = used;
	for (size_t n = 0; n < whole; n++) {
		uint8_t *copy;

		used = n;
		copy = exact();
		wrong += capfmt_header(&fmt, copy, n, SNAP, reason) != (n == 28);
		free(copy);
	}
	IS_INT(wrong, 0, "a section cut anywhere but between its blocks is refused");
	begin_pcapng(order);
	start(order);
	put_epb(0, 57, 57);
	put_block(5, 12);
	whole = used;
	wrong = 0;
	for (size_t n = 0; n < whole; n++) {
		uint8_t *copy;

		used = n;
		copy = exact();
		wrong += capfmt_data(&fmt, copy, n, &data, reason) != (n == 92);
		free(copy);
	}
	IS_INT(wrong, 0, "blocks cut anywhere but between them are refused");
}

static void section_with_option(bool order, unsigned code, unsigned length, size_t n, bool end)
{
	size_t at;

	start(order);
	at = block_begin(0x0a0d0d0a);
	put32(0x1a2b3c4d);
	put16(1);
	put16(0);
	fill(8, 0xff);
	put_option(code, length, n);
	if (end)
		put_option(0, 0, 0);
	block_end(at);
}

static void interface_with_option(unsigned code, unsigned length, size_t n, bool end)
{
	size_t at = block_begin(1);

	put16(1);
	put16(0);
	put32(SNAP);
	put_option(code, length, n);
	if (end)
		put_option(0, 0, 0);
	block_end(at);
}

static void packet_with_option(uint32_t caplen, unsigned code, unsigned length, size_t n, bool end)
{
	size_t at = block_begin(6);

	put32(0);
	put32(0);
	put32(0);
	put32(caplen);
	put32(caplen);
	fill(caplen, 0xcd);
	while (used % 4)
		buf[used++] = 0;
	put_option(code, length, n);
	if (end)
		put_option(0, 0, 0);
	block_end(at);
}

static void test_options(bool order)
{
	static const struct {
		const char *name;
		unsigned code, length;
		size_t n;
		bool end, stored;
	} rows[] = {{"a comment", 1, 5, 5, true, true}, {"no end of options", 1, 5, 5, false, true},
	    {"an empty comment", 1, 0, 0, true, true},
	    {"an unknown option", 3000, 7, 7, true, true},
	    {"79 option one word too long", 1, 9, 8, false, false},
	    {"79 option of 65535", 1, 65535, 8, false, false},
	    {"79 option of 65532", 3000, 65532, 0, false, false},
	    {"79 option header alone, with a length", 1, 4, 0, false, false}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[80];

		snprintf(name, sizeof(name), "section with %s", rows[i].name);
		section_with_option(order, rows[i].code, rows[i].length, rows[i].n, rows[i].end);
		put_idb(1, SNAP);
		take_header(rows[i].stored, name);
		snprintf(name, sizeof(name), "interface with %s", rows[i].name);
		start(order);
		put_shb(1, 0);
		interface_with_option(rows[i].code, rows[i].length, rows[i].n, rows[i].end);
		take_header(rows[i].stored, name);

		begin_pcapng(order);
		start(order);
		interface_with_option(rows[i].code, rows[i].length, rows[i].n, rows[i].end);
		snprintf(name, sizeof(name), "later interface with %s", rows[i].name);
		take_data(rows[i].stored, name);
		begin_pcapng(order);
		start(order);
		packet_with_option(59, rows[i].code, rows[i].length, rows[i].n, rows[i].end);
		snprintf(name, sizeof(name), "packet with %s", rows[i].name);
		/* libpcap never looks at the options of a packet */
		if (take_data(true, name))
			IS_INT(data.packets, 1, "%s: one packet", name);
	}
	/* nanoseconds */
	start(order);
	put_shb(1, 0);
	interface_with_option(9, 1, 1, true);
	buf[28 + 16 + 4] = 9;
	take_header(true, "interface with if_tsresol 9");
}

static void test_blocks(bool order)
{
	static const struct {
		const char *name;
		uint32_t type;
		size_t n;
	} stored[] = {{"88 unknown block", 0x0000abcd, 40}, {"88 unknown empty block", 0x1234, 0},
	    {"88 local block", 0x80000042, 16}};
	size_t at;

	begin_pcapng(order);
	for (size_t i = 0; i < COUNT(stored); i++) {
		start(order);
		put_block(stored[i].type, stored[i].n);
		if (take_data(true, stored[i].name)) {
			IS_INT(data.packets, 0, "%s: no packet", stored[i].name);
			IS_INT(data.only_interfaces, false, "%s: no interface", stored[i].name);
		}
	}
	start(order);
	at = block_begin(4); /* name resolution: 127.0.0.1 a, end */
	put16(1);
	put16(6);
	memcpy(buf + used, "\x7f\0\0\1a\0\0\0", 8);
	used += 8;
	put32(0);
	block_end(at);
	take_data(true, "88 name resolution");
	start(order);
	at = block_begin(5); /* interface statistics */
	put32(0);
	put32(0);
	put32(0);
	block_end(at);
	take_data(true, "88 interface statistics");
	start(order);
	at = block_begin(10); /* decryption secrets: TLS key log */
	put32(0x544c534b);
	put32(3);
	fill(3, 'x');
	block_end(at);
	take_data(true, "88 decryption secrets");
	for (unsigned copy = 0; copy < 2; copy++) {
		start(order);
		at = block_begin(copy ? 0x40000bad : 0xbad); /* custom */
		put32(32473);
		fill(9, 'x');
		block_end(at);
		take_data(true, "88 custom block");
	}
	start(order);
	put_shb(1, 0);
	take_data(false, "89 section in a data frame");
	start(order);
	put_epb(0, 60, 60);
	put_shb(1, 0);
	put_idb(1, SNAP);
	take_data(false, "89 section behind a packet");
	start(!order);
	put_shb(1, 0);
	take_data(false, "89 section of the other byte order");

	start(order);
	put_epb(0, 0, 0);
	take_data(true, "87 a packet of 32 bytes");
	start(order);
	put_epb(0, 0, 0);
	bytes_store32(buf + 4, 28, big);
	bytes_store32(buf + 24, 28, big);
	used = 28;
	take_data(false, "87 a packet of 28 bytes");
	start(order);
	put_epb(0, SNAP, SNAP);
	take_data(true, "86 captured length at max-snaplen");
	start(order);
	put_epb(0, SNAP + 1, SNAP + 1);
	take_data(false, "86 a packet above max-snaplen");
	start(order);
	put_epb(0, 57, 57);
	take_data(true, "a packet with padding");
	start(order);
	used = 0;
	take_data(false, "nothing");
	start(order);
	put_block(0x1234, 0);
	used = 8;
	take_data(false, "8 bytes");
	start(order);
	fill(12, 0);
	take_data(false, "12 zeros");
}

static void test_other_packets(bool order)
{
	begin_pcapng(order);
	start(order);
	put_spb(60, 60);
	if (take_data(true, "92 simple packet"))
		IS_INT(data.packets, 1, "92 simple packet: one packet");
	start(order);
	put_spb(SNAP, SNAP);
	take_data(true, "92 simple packet at max-snaplen");
	start(order);
	put_spb(64, 60);
	take_data(false, "92 simple packet beyond its block");
	start(order);
	put_spb(0, 0);
	take_data(true, "92 empty simple packet");
	start(order);
	put_block(3, 0);
	take_data(false, "92 simple packet of 12 bytes");
	start(order);
	put_opb(0, 60, 60);
	if (take_data(true, "92 obsolete packet"))
		IS_INT(data.packets, 1, "92 obsolete packet: one packet");
	start(order);
	put_opb(1, 60, 60);
	take_data(false, "92 obsolete packet of an unknown interface");
	start(order);
	put_opb(0, 64, 60);
	take_data(false, "92 obsolete packet beyond its block");
	start(order);
	put_opb(0, 0xffffffff, 60);
	take_data(false, "92 obsolete packet of 4 GB");
	start(order);
	put_opb(0, SNAP + 1, SNAP + 1);
	take_data(false, "92 obsolete packet above max-snaplen");
	start(order);
	put_block(2, 16);
	take_data(false, "92 obsolete packet of 28 bytes");

	/* a simple packet is cut at the snaplen of interface 0 */
	start(order);
	put_shb(1, 0);
	put_idb(1, 100);
	take_header(true, "snaplen 100");
	start(order);
	put_spb(1500, 100);
	take_data(true, "92 simple packet cut at the snaplen");
	start(order);
	put_spb(0xffffffff, 100);
	take_data(true, "92 simple packet of a huge original");
	start(order);
	put_spb(1500, 96);
	take_data(false, "92 simple packet cut below the snaplen");
	start(order);
	put_shb(1, 0);
	put_idb(1, 0);
	take_header(true, "snaplen 0");
	start(order);
	put_spb(SNAP, SNAP);
	take_data(true, "92 simple packet, no snaplen");
	start(order);
	put_spb(SNAP + 4, SNAP + 4);
	take_data(false, "92 simple packet above max-snaplen, no snaplen");
}

static void test_interfaces_in_data(bool order)
{
	struct capfmt before;

	begin_pcapng(order);
	start(order);
	put_epb(1, 60, 60);
	take_data(false, "90 interface 1 before it is described");
	start(order);
	put_idb(113, 200);
	if (take_data(true, "90 interface in data")) {
		IS_INT(data.only_interfaces, true, "90 nothing but interfaces");
		IS_INT(data.packets, 0, "90 no packet");
		IS_INT(fmt.interfaces, 2, "90 counts");
		IS_INT(fmt.mixed, true, "90 another link type: mixed");
		IS_INT(fmt.link_type, 1, "90 the first stays the first");
		IS_INT(fmt.first_snaplen, SNAP, "90 its snaplen too");
	}
	start(order);
	put_epb(1, 60, 60);
	take_data(true, "90 interface 1 after it was described");
	start(order);
	put_idb(1, SNAP);
	put_idb(1, SNAP);
	if (take_data(true, "90 two in a frame")) {
		IS_INT(fmt.interfaces, 4, "90 both count");
		IS_INT(data.only_interfaces, true, "90 still only interfaces");
	}
	start(order);
	put_idb(1, SNAP + 1);
	take_data(false, "83 snaplen above max-snaplen in data");
	start(order);
	put_block(1, 4);
	take_data(false, "84 short interface in data");

	begin_pcapng(order);
	start(order);
	put_epb(0, 60, 60);
	put_block(5, 12);
	put_epb(0, 61, 61);
	put_epb(0, 0, 0);
	if (take_data(true, "91 four blocks")) {
		IS_INT(data.packets, 3, "91 three packets");
		IS_INT(data.only_interfaces, false, "91 not only interfaces");
	}
	start(order);
	put_epb(0, 60, 60);
	put_idb(1, SNAP);
	put_epb(1, 60, 60);
	if (take_data(true, "91 packet, interface, its packet")) {
		IS_INT(data.packets, 2, "91 two packets");
		IS_INT(data.only_interfaces, false, "91 mixed with packets");
		IS_INT(fmt.interfaces, 2, "91 the interface counts");
	}
	before = fmt;
	start(order);
	put_idb(113, SNAP);
	put_epb(2, 60, 60);
	put_epb(3, 60, 60);
	take_data(false, "91 the last of three is bad");
	IS_INT(fmt.interfaces, before.interfaces, "91 an interface of a refused frame is none");
	start(order);
	put_epb(2, 60, 60);
	take_data(false, "91 so its packets are refused");
	start(order);
	put_epb(0, 60, 60);
	fill(4, 0);
	take_data(false, "91 four bytes behind a block");
	start(order);
	put_epb(0, 60, 60);
	fill(12, 0);
	take_data(false, "91 twelve zeros behind a block");
}

/* What only one of the readers minds: libpcap reads a file whose interfaces are alike, Wireshark
 * the others. */
static void test_readers(bool order)
{
	begin_pcapng(order);
	start(order);
	packet_with_option(59, 1, 9, 8, false);
	take_data(true, "79 bad option of a packet, interfaces alike");
	start(order);
	put_idb(1, SNAP);
	take_data(true, "79 one more like the first behind it");
	start(order);
	put_idb(113, SNAP);
	take_data(false, "79 one of another link type behind it");
	begin_pcapng(order);
	start(order);
	put_idb(113, SNAP);
	take_data(true, "another link type");
	start(order);
	packet_with_option(59, 1, 9, 8, false);
	take_data(false, "79 bad option of a packet, interfaces mixed");
	start(order);
	packet_with_option(59, 1, 8, 8, false);
	take_data(true, "good option of a packet, interfaces mixed");

	start(order);
	put_shb(1, 0);
	put_idb(1, 100);
	take_header(true, "snaplen 100");
	start(order);
	put_epb(0, 101, 101);
	take_data(false, "a packet above the snaplen of its only interface");
	start(order);
	put_epb(0, 100, 100);
	take_data(true, "a packet at the snaplen of its only interface");
	start(order);
	put_idb(113, 100);
	take_data(true, "another link type");
	start(order);
	put_epb(0, 101, 101);
	take_data(true, "a packet above the snaplen of one of two interfaces");
}

/* ---- what Wireshark minds, where interfaces differ ---- */

static void begin_mixed(bool order, unsigned first, unsigned second)
{
	start(order);
	put_shb(1, 0);
	put_idb(first, SNAP);
	put_idb(second, SNAP);
	take_header(true, "two that differ");
}

enum place {
	SECTION,
	INTERFACE,
	LATER_INTERFACE,
	PACKET,
	OBSOLETE,
	STATISTICS,
	NAMES,
	SECRETS,
	PLACES
};

struct option {
	const char *name;
	unsigned code, n;
	uint8_t fill; /* each byte of the value */
	bool netflix; /* it begins with their number */
	bool stored[PLACES];
};

static void put_option_of(const struct option *o)
{
	size_t at;

	put16(o->code);
	put16(o->n);
	at = used;
	fill((o->n + 3) / 4 * 4, o->fill);
	if (o->netflix)
		bytes_store32(buf + at, 10949, big);
}

/* A block of an empty packet or the like, with the option. */
static void put_place(enum place place, const struct option *o)
{
	static const struct {
		uint32_t type;
		size_t fixed; /* zeros: interface 0, nothing captured, no names, no secrets */
	} blocks[] = {[SECTION] = {0x0a0d0d0a, 16},
	    [INTERFACE] = {1, 8},
	    [LATER_INTERFACE] = {1, 8},
	    [PACKET] = {6, 20},
	    [OBSOLETE] = {2, 20},
	    [STATISTICS] = {5, 12},
	    [NAMES] = {4, 4},
	    [SECRETS] = {10, 8}};
	size_t at = block_begin(blocks[place].type), body = used;

	fill(blocks[place].fixed, 0);
	if (place == SECTION) {
		bytes_store32(buf + body, 0x1a2b3c4d, big);
		bytes_store16(buf + body + 4, 1, big);
	} else if (place == INTERFACE || place == LATER_INTERFACE) {
		bytes_store16(buf + body, 1, big);
		bytes_store32(buf + body + 4, SNAP, big);
	}
	put_option_of(o);
	put_option(0, 0, 0);
	block_end(at);
}

/* The header, and the option in it or behind it. False when that was refused. */
static bool send_option(bool order, enum place place, const struct option *o, bool mixed, bool want)
{
	start(order);
	if (place == SECTION)
		put_place(place, o);
	else
		put_shb(1, 0);
	if (place == INTERFACE)
		put_place(place, o);
	put_idb(1, SNAP);
	if (mixed)
		put_idb(113, SNAP);
	if (!take_header(want || place > INTERFACE, o->name) || place <= INTERFACE)
		return want;
	start(order);
	put_place(place, o);
	return take_data(want, o->name);
}

static void test_wireshark_options(bool order)
{
#define ALL                                                                                        \
	{                                                                                          \
		true, true, true, true, true, true, true, true                                     \
	}
#define NONE                                                                                       \
	{                                                                                          \
		false, false, false, false, false, false, false, true                              \
	}
#define NOT_IN_PACKETS                                                                             \
	{                                                                                          \
		true, true, true, false, false, true, true, true                                   \
	}
	static const struct option rows[] = {{"custom string of 0", 2988, 0, 'x', false, NONE},
	    {"custom bytes of 1", 2989, 1, 'x', false, NONE},
	    {"custom string of 2, not to be copied", 19372, 2, 'x', false, NONE},
	    {"custom bytes of 3, not to be copied", 19373, 3, 'x', false, NONE},
	    {"custom string of 4", 2988, 4, 'x', false, ALL},
	    {"custom bytes of 5", 2989, 5, 'x', false, ALL},
	    {"custom string of 4, not to be copied", 19372, 4, 'x', false, ALL},
	    {"custom bytes of 65, not to be copied", 19373, 65, 'x', false, ALL},
	    {"Netflix, without a type", 2989, 7, 'x', true, NONE},
	    {"Netflix, with a type", 2989, 8, 'x', true, ALL},
	    {"one below custom, empty", 2987, 0, 'x', false, ALL},
	    {"one above custom, empty", 19374, 0, 'x', false, ALL},
	    {"empty filter", 11, 0, 'x', false, {true, false, false, true, true, true, true, true}},
	    {"filter", 11, 1, 0, false, ALL}, {"2 of 3", 2, 3, 'x', false, NOT_IN_PACKETS},
	    {"6 of 5", 6, 5, 'x', false, NOT_IN_PACKETS},
	    {"4 of 4", 4, 4, 'x', false, NOT_IN_PACKETS},
	    {"5 of 9", 5, 9, 'x', false, NOT_IN_PACKETS},
	    {"empty verdict", 7, 0, 0, false, NOT_IN_PACKETS},
	    {"verdict of hardware", 7, 1, 0, false, ALL},
	    {"verdict of TC, no more", 7, 1, 1, false, NOT_IN_PACKETS},
	    {"verdict of TC in 7", 7, 8, 1, false, NOT_IN_PACKETS},
	    {"verdict of TC", 7, 9, 1, false, ALL},
	    {"verdict of XDP in 9", 7, 10, 2, false, NOT_IN_PACKETS},
	    {"verdict of XDP", 7, 9, 2, false, ALL}, {"verdict of nobody", 7, 3, 3, false, ALL}};
#undef ALL
#undef NONE
#undef NOT_IN_PACKETS

	for (size_t i = 0; i < COUNT(rows); i++)
		for (enum place place = 0; place < PLACES; place++) {
			bool sound = rows[i].stored[place];

			send_option(order, place, &rows[i], true, sound);
			/* libpcap does not mind, but one that differs may not follow */
			if (!send_option(order, place, &rows[i], false, true))
				continue;
			start(order);
			put_idb(113, SNAP);
			take_data(sound, "the one that differs");
			if (sound)
				continue;
			/* in another file only what that file has, too */
			capfmt_next_file(&fmt);
			take_data(place > LATER_INTERFACE, "the one that differs, next file");
		}
}

static void test_wireshark_packets(bool order)
{
	static const struct {
		unsigned link;
		uint32_t header;
		unsigned protocol;
	} rows[] = {{123, 4, 0}, {139, 4, 0}, {144, 16, 0x0017}, {177, 16, 0x0030}, {196, 5, 0},
	    {197, 16, 0}, {201, 4, 0}, {204, 1, 0}, {209, 5, 0}, {245, 2, 0}, {254, 4, 0},
	    {147, 0, 0}, {189, 0, 0}, {220, 0, 0}, {276, 0, 0}, {379, 0, 0}};
	char name[80];

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (uint32_t n = 0; n < 24; n++) {
			snprintf(name, sizeof(name), "%u bytes of link type %u", n, rows[i].link);
			begin_mixed(order, 1, rows[i].link);
			start(order);
			put_opb(1, n, n);
			memset(buf + 28, 0, n);
			if (n >= 16)
				bytes_store16(buf + 28 + 14, (uint16_t)rows[i].protocol, true);
			take_data(n >= rows[i].header, name);
		}
		/* the other protocol, or the other byte order of it */
		begin_mixed(order, 1, rows[i].link);
		start(order);
		put_epb(1, 60, 60);
		memset(buf + 28, 0, 60);
		bytes_store16(buf + 28 + 14, (uint16_t)rows[i].protocol, false);
		take_data(!rows[i].protocol, "protocol in the wrong byte order");
		/* libpcap does not look */
		start(order);
		put_shb(1, 0);
		put_idb(rows[i].link, SNAP);
		take_header(true, "alone");
		start(order);
		put_epb(0, 0, 0);
		take_data(true, "an empty packet, interfaces alike");
		start(order);
		put_idb(1, SNAP);
		take_data(rows[i].header == 0, "one that differs behind it");
		/* a header of a simple packet is read, but not counted */
		for (uint32_t more = 0; more <= 20; more += 4) {
			begin_mixed(order, rows[i].link, 1);
			start(order);
			put_spb(60, 60 + more);
			memset(buf + 12, 0, 60);
			bytes_store16(buf + 12 + 14, (uint16_t)rows[i].protocol, true);
			snprintf(name, sizeof(name), "simple packet of link type %u, %u more",
			    rows[i].link, more);
			take_data(more == rows[i].header, name);
		}
	}
}

static void test_wireshark_erf(bool order)
{
	static const struct {
		uint8_t type, extensions;
		uint32_t header;
	} rows[] = {{0, 0, 16}, {1, 0, 16}, {2, 0, 18}, {5, 0, 20}, {9, 0, 20}, {10, 0, 16},
	    {11, 0, 18}, {12, 0, 20}, {13, 0, 16}, {16, 0, 18}, {17, 0, 20}, {18, 0, 20},
	    {19, 0, 16}, {20, 0, 18}, {21, 0, 16}, {127, 0, 16}, {0x80, 1, 24}, {0x82, 1, 26},
	    {0x92, 3, 44}, {0xff, 9, 88}};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (uint32_t n = 0; n < 96; n++) {
			char name[80];

			begin_mixed(order, 197, 1);
			start(order);
			put_epb(0, n, n);
			memset(buf + 28, 0, n);
			if (n > 8)
				buf[28 + 8] = rows[i].type;
			for (unsigned k = 0; k + 1 < rows[i].extensions; k++)
				if (n > 16 + 8 * k)
					buf[28 + 16 + 8 * k] = 0x80;
			snprintf(name, sizeof(name), "ERF type %u, %u extensions, %u bytes",
			    rows[i].type, rows[i].extensions, n);
			take_data(n >= rows[i].header, name);
		}
}

/* Interfaces whose packets Wireshark looks into, and others in turn. */
static void test_wireshark_runs(bool order)
{
	begin_mixed(order, 1, 113);
	for (unsigned i = 0; i < CAPFMT_RUNS; i++) {
		start(order);
		for (unsigned k = 0; k < 100; k++)
			put_idb(i % 2 ? 12 + k % 2 : 204, SNAP);
		take_data(true, "as many runs as are kept");
	}
	start(order);
	put_idb(204, SNAP);
	take_data(false, "one more");
	start(order);
	put_idb(105, SNAP);
	take_data(true, "one more that is part of the last");
	for (unsigned i = 1; i < 2 + 100 * CAPFMT_RUNS; i += i % 100 == 1 ? 1 : 99) {
		start(order);
		put_epb(i, 0, 0);
		take_data(i < 2 || (i - 2) / 100 % 2 == 1, "an empty packet of every run");
	}
	capfmt_next_file(&fmt);
	start(order);
	put_epb(2, 0, 0);
	take_data(false, "the next file has them, too");
}

static void test_wireshark_names(bool order)
{
	static const struct {
		const char *name;
		bool stored;
		struct {
			unsigned type, n;
			uint8_t last;
		} records[3];
		unsigned end;  /* 0: none; else what its length says, and one */
		size_t option; /* bytes of a comment behind it; 0: none */
	} rows[] = {{"nothing", false, {{0}}, 0, 0}, {"the end", true, {{0}}, 1, 0},
	    {"address of 3", false, {{1, 3, 0}}, 1, 0}, {"no name", true, {{1, 4, 9}}, 1, 0},
	    {"an empty name", true, {{1, 5, 0}}, 1, 0},
	    {"a name without an end", false, {{1, 6, 'x'}}, 1, 0},
	    {"names", true, {{1, 9, 0}, {1, 30, 0}, {2, 40, 0}}, 1, 0},
	    {"IPv6 of 15", false, {{2, 15, 0}}, 1, 0},
	    {"IPv6 without a name", true, {{2, 16, 9}}, 1, 0},
	    {"IPv6, an empty name", true, {{2, 17, 0}}, 1, 0},
	    {"IPv6, a name without an end", false, {{2, 18, 'x'}}, 1, 0},
	    {"no end", true, {{1, 9, 0}}, 0, 0}, {"nobody's record", true, {{3, 2, 'x'}}, 1, 0},
	    {"nobody's, empty", true, {{3, 0, 0}, {1, 6, 0}}, 0, 0},
	    {"an option", true, {{1, 9, 0}}, 1, 7},
	    {"an option that is the end's content", true, {{0}}, 9, 4},
	    {"an end longer than the block", false, {{0}}, 5, 0},
	    {"an end whose content is half an option", false, {{0}}, 5, 1}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t at;

		begin_mixed(order, 1, 113);
		start(order);
		at = block_begin(4);
		for (size_t k = 0; k < 3 && rows[i].records[k].type; k++) {
			put16(rows[i].records[k].type);
			put16(rows[i].records[k].n);
			fill(rows[i].records[k].n, 'a');
			if (rows[i].records[k].n)
				buf[used - 1] = rows[i].records[k].last;
			while (used % 4)
				buf[used++] = 0;
		}
		if (rows[i].end) {
			put16(0);
			put16(rows[i].end - 1);
		}
		if (rows[i].option == 1)
			put32(0x00010001); /* a comment of 1 byte that is not there */
		else if (rows[i].option)
			put_option(1, (unsigned)rows[i].option, rows[i].option);
		block_end(at);
		take_data(rows[i].stored, rows[i].name);
	}
}

/* Netflix's custom blocks are little endian in either order. */
static void test_wireshark_custom(bool order)
{
	static const struct {
		const char *name;
		uint32_t type;
		size_t n; /* words behind the type */
		unsigned code, length;
		bool stored;
	} rows[] = {{"an event", 1, 0, 0, 0, true}, {"a skip", 2, 1, 0, 0, true},
	    {"a skip without its number", 2, 0, 0, 0, false}, {"nobody's type", 3, 1, 0, 0, false},
	    {"type 0", 0, 0, 0, 0, false}, {"a comment", 1, 0, 1, 4, true},
	    {"a custom option", 1, 0, 2989, 4, true}, {"an empty one", 1, 0, 2989, 0, false},
	    {"another option", 1, 0, 2, 4, false}, {"another behind a skip", 2, 1, 2, 4, false}};

	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		size_t at, k = i / 2;

		begin_mixed(order, 1, 113);
		start(order);
		at = block_begin(i % 2 ? 0x40000bad : 0xbad);
		put32(10949);
		big = false;
		put32(rows[k].type);
		fill(rows[k].n * 4, 0);
		if (rows[k].code)
			put_option(rows[k].code, rows[k].length, rows[k].length);
		big = order;
		block_end(at);
		take_data(rows[k].stored, rows[k].name);
	}
}

/* Either kind of content in the other kind of stream. */
static void test_kinds(void)
{
	pcap(0, 2, 4, SNAP, 1);
	take_header(true, "pcap");
	start(false);
	put_epb(0, 60, 60);
	take_data(false, "a block in a pcap stream");
	begin_pcapng(false);
	start(false);
	put_record(60, 60, 60);
	take_data(false, "a record in a pcapng stream");
	pcap(0, 2, 4, SNAP, 1);
	take_data(false, "a pcap header as pcapng data");
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
	take_header(true, magics[magic].name);
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
		got = capfmt_whole(&fmt, part, cut, &packets);
		wrong += got != (k ? ends[k - 1] : 0);
		miscounted += packets != k;
		wrong += capfmt_whole(&fmt, part, cut, NULL) != got;
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
		wrong += capfmt_whole(&fmt, part, cut, &packets) != (k ? ends[k - 1] : 0);
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
	IS_INT(capfmt_whole(&fmt, buf, used, NULL), used, "blocks of several kinds");
	IS_INT(capfmt_whole(&fmt, buf, used - 1, NULL), 24 + 20, "without the torn last one");
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
		fmt.kind = i % 2 ? CAPFMT_PCAPNG : CAPFMT_PCAP;
		fmt.caplen_at = i % 2 ? 0 : 8;
		fmt.big = i / 2 % 2;
		beyond += capfmt_whole(&fmt, p, n, &packets) > n;
		free(p);
	}
	IS_INT(beyond, 0, "whole records never reach past the end (seed 11)");
}

/* ---- torn ones: what repair cuts off ---- */

typedef bool beginning(const struct capfmt *f, const uint8_t *p, size_t len, size_t max);

static bool file_beginning(const struct capfmt *f, const uint8_t *p, size_t len, size_t max)
{
	(void)f;
	return capfmt_is_header_beginning(p, len, max);
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
	take_header(true, magics[magic].name);
	start(big);
	put_record(minor < 3 ? 70 : 60, minor < 3 ? 60 : 70, 60);
	IS_INT(beginnings(capfmt_is_beginning, 76), 76, "2.%u: every cut of a record", minor);
	IS_INT(beginnings(capfmt_is_beginning, 75), 16, "of one that is too long, of its header");
	OK(!begins(capfmt_is_beginning, 76, 76), "a whole one is no beginning");
	start(big);
	put_record(0xffffffff, 0xffffffff, 0);
	OK(!begins(capfmt_is_beginning, 16, 65535) && begins(capfmt_is_beginning, 15, 65535),
	    "a length that never was");
}

static void test_beginning_pcapng(bool order)
{
	static const uint32_t bad[] = {0, 4, 8, 11, 13, 14, 15, 0xfffffffc, 0xffffffff};
	unsigned wrong = 0;

	begin_pcapng(order);
	start(order);
	put_epb(0, 60, 60);
	IS_INT(beginnings(capfmt_is_beginning, used), used, "every cut of a block");
	IS_INT(beginnings(capfmt_is_beginning, used - 4), 8,
	    "of one that is too long, of its type and length");
	OK(!begins(capfmt_is_beginning, used, used), "a whole one is no beginning");
	start(order);
	put_block(0x4321, 0);
	OK(begins(capfmt_is_beginning, 8, 12) && begins(capfmt_is_beginning, 11, 12),
	    "the smallest block");
	for (size_t i = 0; i < COUNT(bad); i++) {
		start(order);
		put32(6);
		put32(bad[i]);
		wrong += begins(capfmt_is_beginning, 8, 65535);
		wrong += !begins(capfmt_is_beginning, 7, 65535);
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

static void test_reasons(void)
{
	start(false);
	fill(24, 0);
	memcpy(buf, "\x01\x23\x45\x67", 4);
	take_header(false, "a magic number that is none");
	OK(strstr(reason, " 01234567 "), "it is told: %s", reason);
	start(false);
	put_shb(1, 0);
	put_idb(1, 0);
	memcpy(buf + 8, "\x89\xab\xcd\xef", 4);
	take_header(false, "a byte-order magic that is none");
	OK(strstr(reason, " 89abcdef"), "it is told: %s", reason);

	/* osmo-pcap-client sends the low 16 bits of the length, and so many bytes */
	pcap(0, 2, 4, 0, 1);
	take_header(true, "pcap");
	for (uint32_t caplen = 65536; caplen < 65536 + 3; caplen++) {
		start(false);
		put_record(caplen, caplen, caplen - 65536);
		take_data(false, "a record that was too long for a frame");
		OK(strstr(reason, "does not fit a frame"), "caplen %u: %s", caplen, reason);
		fill(1, 0);
		take_data(false, "a record with a wrong length");
		OK(strstr(reason, "does not match"), "caplen %u: %s", caplen, reason);
	}
	start(false);
	put_record(100, 100, 200);
	take_data(false, "a record with a wrong length");
	OK(strstr(reason, "does not match"), "caplen 100: %s", reason);
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
		const char *name = capfmt_link_name(some[i].type);

		IS_STR(name ? name : "-", some[i].name, "link type %u", some[i].type);
	}
	for (uint32_t type = 0; type < 70000; type++)
		named += capfmt_link_name(type) != NULL;
	IS_INT(named, COUNT(some), "the others have no name here");
	OK(!capfmt_link_name(0xfffffff0), "nor has what is no link type");
}

static void test_next_interface(bool order)
{
	size_t at = 0, first, second, third;

	begin_pcapng(order);
	start(order);
	IS_INT(capfmt_next_interface(&fmt, buf, 0, &at), 0, "no interface in nothing");
	put_epb(0, 60, 60);
	IS_INT(capfmt_next_interface(&fmt, buf, used, &at), 0, "no interface in a packet");
	at = block_begin(0x1234); /* what looks like one, within another block */
	put_idb(7, 7);
	put_idb(7, 7);
	block_end(at);
	first = used;
	put_idb(113, 0);
	put_block(5, 12);
	put_epb(0, 33, 33);
	second = used;
	interface_with_option(1, 5, 5, true);
	third = used;
	put_idb(1, 0);
	put_epb(0, 60, 60);
	at = 0;
	IS_INT(capfmt_next_interface(&fmt, buf, used, &at), 20, "the first interface");
	IS_INT(at, first, "where it is");
	at += 20;
	IS_INT(capfmt_next_interface(&fmt, buf, used, &at), third - second, "the second");
	IS_INT(at, second, "where it is");
	at += third - second;
	IS_INT(capfmt_next_interface(&fmt, buf, used, &at), 20, "the third, behind the second");
	IS_INT(at, third, "where it is");
	at += 20;
	IS_INT(capfmt_next_interface(&fmt, buf, used, &at), 0, "no more");
}

/* ---- random damage: never past the end, untouched on failure ---- */

static void test_damage(bool order)
{
	unsigned touched = 0, unsaid = 0, above = 0;

	random_seed(13 + order);
	for (unsigned i = 0; i < 30000; i++) {
		struct capfmt before;
		uint8_t *copy;
		bool as_header = i % 3 == 0;

		if (i % 2 || as_header) {
			start(order);
			put_shb(1, 0);
			interface_with_option(1, 5, 5, true);
			put_idb(113, 100);
		}
		if (!as_header) {
			static struct capfmt good;

			if (i < 4) {
				start(order);
				put_shb(1, 0);
				put_idb(1, SNAP);
				capfmt_header(&good, buf, used, SNAP, reason);
			}
			fmt = good;
			start(order);
			put_epb(0, 13, 13);
			packet_with_option(8, 1, 3, 3, true);
			put_idb(1, 0);
			put_spb(5, 5);
		}
		for (unsigned k = 0; k <= i % 4; k++) {
			size_t at = (size_t)random_below(used);

			buf[at] = (uint8_t)(random_below(2) ? random_next() : buf[at] ^ 4u);
		}
		if (i % 5 == 0)
			used -= (size_t)random_below(used);
		before = fmt;
		memcpy(&before, &fmt, sizeof(fmt));
		copy = exact();
		reason[0] = 0;
		if (!(as_header ? capfmt_header(&fmt, copy, used, SNAP, reason)
				: capfmt_data(&fmt, copy, used, &data, reason))) {
			touched += memcmp(&fmt, &before, sizeof(fmt)) != 0;
			unsaid += !good_reason();
		} else {
			above += fmt.interfaces > used / 20 + before.interfaces;
		}
		free(copy);
	}
	IS_INT(touched, 0, "random damage: untouched on failure (seed %d)", 13 + order);
	IS_INT(unsaid, 0, "random damage: always a reason (seed %d)", 13 + order);
	IS_INT(above, 0, "random damage: no interfaces out of nothing (seed %d)", 13 + order);
}

/* ---- the recorded streams ---- */

static void test_streams(void)
{
	static const struct {
		const char *name;
		enum capfmt_kind kind;
		uint32_t link;
	} streams[] = {{"lo-pcap", CAPFMT_PCAP, 1}, {"any-pcap", CAPFMT_PCAP, 113},
	    {"lo-pcapng", CAPFMT_PCAPNG, 1}};

	for (size_t i = 0; i < COUNT(streams); i++) {
		size_t len, at = 0;
		uint8_t *p = read_stream(streams[i].name, &len);
		unsigned frames = 0, refused = 0, packets = 0;

		while (at + 4 <= len) {
			size_t n = bytes_load16(p + at + 2, true);

			if (p[at] == 0)
				refused += !capfmt_header(&fmt, p + at + 4, n, SNAP, reason);
			else if (capfmt_data(&fmt, p + at + 4, n, &data, reason))
				packets += data.packets;
			else
				refused++;
			frames++;
			at += 4 + n;
		}
		IS_INT(at, len, "%s: whole frames", streams[i].name);
		IS_INT(refused, 0, "%s: nothing is refused", streams[i].name);
		IS_INT(packets, frames - 1, "%s: every data frame is a packet", streams[i].name);
		IS_INT(fmt.kind, streams[i].kind, "%s: kind", streams[i].name);
		IS_INT(fmt.link_type, streams[i].link, "%s: link type", streams[i].name);
		free(p);
	}
}

int main(void)
{
	test_pcap_magic();
	test_pcap_version();
	test_pcap_header();
	test_pcap_records();
	for (unsigned order = 0; order < 2; order++) {
		test_pcapng_header(order);
		test_patches(order);
		test_cut_header(order);
		test_options(order);
		test_blocks(order);
		test_other_packets(order);
		test_interfaces_in_data(order);
		test_readers(order);
		test_wireshark_options(order);
		test_wireshark_packets(order);
		test_wireshark_erf(order);
		test_wireshark_runs(order);
		test_wireshark_names(order);
		test_wireshark_custom(order);
		test_whole_pcapng(order);
		test_beginning_pcapng(order);
		test_next_interface(order);
		test_damage(order);
	}
	test_kinds();
	for (size_t m = 0; m < COUNT(magics); m++)
		for (unsigned minor = 2; minor <= 4; minor++) {
			test_whole_pcap(m, minor);
			test_beginning_pcap(m, minor);
		}
	test_whole_hostile();
	test_beginning_file();
	test_reasons();
	test_link_names();
	test_streams();
	return tap_done();
}
