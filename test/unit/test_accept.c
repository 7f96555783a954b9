/* test_accept: which pcap and pcapng payloads are stored and which are refused: the numbered cases
 * of the list of bad input, in every byte order and with every magic; what is to be cut; what later
 * packets need. A refusal must give one line and leave the state alone. */
#include "captures.h"

#include "capture/accept.h"

static struct accept acc;
static struct accept_part sum; /* of all parts; len: of the first */
static char reason[ACCEPT_REASON_MAX];

/* ---- checking ---- */

static bool good_reason(void)
{
	size_t n = strnlen(reason, sizeof(reason));

	return n > 0 && n < sizeof(reason) && reason[n - 1] != '.' && reason[n - 1] != '\n' &&
	       !strchr(reason, '\n');
}

/* All parts of a payload, as the recorder takes them: acc changes when all are accepted. */
static bool untouched; /* a refused part has left the state alone */

static bool parts(bool header, const uint8_t *p, size_t n)
{
	struct accept next, before;
	struct accept_part part;
	size_t at = 0;
	bool got;

	memcpy(&next, &acc, sizeof(next));
	memset(&sum, 0, sizeof(sum));
	reason[0] = 0;
	untouched = true;
	do {
		memcpy(&before, &next, sizeof(next));
		got = header && at == 0 ? accept_header(&next, p, n, &part, reason)
					: accept_data(&next, p + at, n - at, &part, reason);
		if (!got) {
			untouched = memcmp(&next, &before, sizeof(next)) == 0;
			return false;
		}
		sum.len = at == 0 ? part.len : sum.len;
		sum.head = sum.head || part.head;
		sum.packets += part.packets;
		sum.too_long += part.too_long;
		sum.long_simple += part.long_simple;
		sum.needed += part.needed;
		at += part.len;
	} while (at < n);
	acc = next;
	return true;
}

static bool take(bool header, bool want, const char *name)
{
	uint8_t *copy = exact();
	bool plain =
	    !header && ((accept_has_plain_records(&acc) && accept_plain_record(&acc, copy, used)) ||
			   (accept_has_plain_blocks(&acc) && accept_plain_block(&acc, copy, used)));
	bool got = parts(header, copy, used);

	free(copy);
	OK(got == want, "%s: %s %s (%s endian)", name, header ? "header" : "data",
	    want ? "stored" : "refused", big ? "big" : "little");
	if (got != want && !got)
		printf("# %s\n", reason);
	if (!got) {
		OK(untouched, "%s: state untouched", name);
		OK(good_reason(), "%s: reason \"%s\"", name, reason);
	}
	if (plain)
		OK(got && sum.packets == 1 && sum.too_long == 0, "%s: the short cut says the same",
		    name);
	return got;
}

static bool take_header(bool want, const char *name)
{
	memset(&acc, 0x5a, sizeof(acc));
	acc.max_snaplen = SNAP;
	return take(true, want, name);
}

static bool take_data(bool want, const char *name)
{
	return take(false, want, name);
}

/* ---- classic pcap ---- */

static void test_pcap_magic(void)
{
	static const char *const bad[] = {"\0\0\0\0", "\x34\xcd\xb2\xa1", "\xa1\xb2\xcd\x34",
	    "\xd4\xc3\xb2\xa2", "\x0a\x0d\x0d\x0b", "\xff\xff\xff\xff", "\xb2\xa1\xd4\xc3",
	    "\x1a\x2b\x3c\x4d", "\xc3\xd4\xa1\xb2", "GET "};

	for (size_t m = 0; m < COUNT(magics); m++) {
		pcap(m, 2, 4, SNAP, 1);
		if (!take_header(true, magics[m].name))
			continue;
		IS_INT(acc.format.kind, FORMAT_PCAP, "%s: kind", magics[m].name);
		IS_INT(acc.format.pcap.big, magics[m].big, "%s: byte order", magics[m].name);
		IS_INT(acc.format.pcap.link_type, 1, "%s: link type", magics[m].name);
		IS_INT(acc.max_snaplen, SNAP, "%s: snaplen that is accepted", magics[m].name);
		IS_INT(acc.format.pcap.caplen_at, 8, "%s: place of caplen", magics[m].name);
		start(big);
		put_record(60, 60, 60);
		take_data(true, magics[m].name);
		IS_INT(sum.packets, 1, "%s: one packet", magics[m].name);
		IS_INT(sum.needed == used, false, "%s: no interfaces", magics[m].name);
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
	    {2, 1, true, SWAPPED}, {2, 0, true, SWAPPED}, {543, 0, false, SWAPPED},
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
	    {SNAP + 1, true}, {65535, true}, {262144, true}, {0x7fffffff, true}, {0x80000000, true},
	    {0xffffffff, true}};
	static const uint32_t links[] = {0, 1, 101, 113, 228, 276, 9999, 65535};
	static const size_t lengths[] = {
	    0, 1, 3, 4, 5, 8, 16, 20, 23, 25, 26, 28, 40, 48, 4096, 65535};

	for (size_t m = 0; m < COUNT(magics); m++) {
		for (size_t i = 0; i < COUNT(snaps); i++) {
			pcap(m, 2, 4, snaps[i].snaplen, 1);
			take_header(snaps[i].stored, "70 snaplen");
		}
		for (size_t i = 0; i < COUNT(links); i++) {
			pcap(m, 2, 4, SNAP, links[i]);
			if (take_header(true, "73 link type"))
				IS_INT(acc.format.pcap.link_type, links[i], "link type %u is read",
				    links[i]);
		}
		for (size_t i = 0; i < COUNT(lengths); i++) {
			pcap(m, 2, 4, SNAP, 1);
			fill(65535, 0);
			used = lengths[i];
			take_header(false, "69 header length");
		}
	}
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
	    {"72 above max-snaplen", SNAP + 1, SNAP + 1, SNAP + 1, true},
	    {"72 a full frame", 65519, 65519, 65519, true}, {"73 caplen > len", 60, 10, 60, true},
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
				IS_INT(sum.packets, 1, "%s: one packet", rows[i].name);
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
		put_record(0, 60, 0);
		put_record(61, 61, 61);
		if (take_data(true, "three records in a frame"))
			IS_INT(sum.packets, 3, "three packets");
		fill(15, 0);
		take_data(false, "15 bytes behind records");
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
		IS_INT(acc.format.kind, FORMAT_PCAPNG, "section alone: kind");
		IS_INT(acc.format.section.interfaces, 0, "section alone: no interface");
		IS_INT(acc.format.section.big, order, "section alone: byte order");
		IS_INT(acc.format.pcap.caplen_at, 0, "section alone: no plain records");
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
		IS_INT(acc.format.section.interfaces, 1, "interface and packet: one interface");
		IS_INT(sum.packets, 1, "interface and packet: one packet");
	}

	start(order);
	put_shb(1, 0);
	put_idb(113, 100);
	put_idb(1, SNAP);
	if (take_header(true, "two interfaces")) {
		IS_INT(acc.format.section.interfaces, 2, "two interfaces: count");
		IS_INT(acc.format.section.first.link_type, 113,
		    "two interfaces: link type of the first");
		IS_INT(
		    acc.format.section.first.snaplen, 100, "two interfaces: snaplen of the first");
	}
	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	put_idb(1, SNAP);
	if (take_header(true, "two alike"))

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
	} snaps[] = {{0, true}, {1, true}, {SNAP, true}, {SNAP + 1, true}, {262144, true},
	    {0x7fffffff, true}, {0xffffffff, true}};
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

	/* what later packets do not need is no part of the head */
	static const uint32_t types[] = {0, 4, 5, 7, 9, 0xbad, 0x40000bad, 0x80000001};
	for (size_t i = 0; i < COUNT(types); i++) {
		start(order);
		put_shb(1, 0);
		put_idb(1, SNAP);
		put_block(10, 20);
		put_block(types[i], 20);
		put_idb(1, SNAP);
		put_epb(1, 60, 60);
		if (take_header(true, "80 another block in the header")) {
			IS_INT(sum.len, 28 + 20 + 32, "80 the head ends before it");
			IS_INT(sum.packets, 1, "80 the packet behind it is one");
			IS_INT(acc.format.section.interfaces, 2, "80 so is the interface");
		}
	}
	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	put_epb(0, 4, 4);
	if (take_header(true, "80 a packet in the header"))
		IS_INT(sum.packets, 1, "80 counts");
	start(order);
	put_shb(1, 0);
	put_idb(1, SNAP);
	put_epb(1, 4, 4);
	take_header(false, "80 a packet of an unknown interface in the header");
	start(order);
	put_shb(1, 0);
	put_block(3, 0);
	take_header(false, "80 a short packet in the header");
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
		IS_INT(acc.format.section.interfaces, 1000, "82 all are counted");
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
    {"86 captured length above max-snaplen and the block", 20, 4, SNAP + 1, false},
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
		wrong += parts(true, copy, n) != (n == 28);
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
		wrong += parts(false, copy, n) != (n == 92);
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
	    {"79 option one word too long", 1, 9, 8, false, true},
	    {"79 option of 65535", 1, 65535, 8, false, true},
	    {"79 option of 65532", 3000, 65532, 0, false, true},
	    {"79 option header alone, with a length", 1, 4, 0, false, true}};

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
			IS_INT(sum.packets, 1, "%s: one packet", name);
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
			IS_INT(sum.packets, 0, "%s: no packet", stored[i].name);
			IS_INT(sum.needed == used, false, "%s: no interface", stored[i].name);
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
	if (take_data(true, "89 section in a data frame")) {
		OK(sum.head && sum.len == 28, "89 it is a head");
		IS_INT(acc.format.section.interfaces, 0, "89 interfaces are numbered anew");
	}
	begin_pcapng(order);
	start(order);
	put_epb(0, 60, 60);
	put_shb(1, 0);
	put_epb(0, 60, 60);
	take_data(false, "89 a packet of an interface of the section before");
	IS_INT(acc.format.section.interfaces, 1, "89 which goes on");
	start(order);
	put_epb(0, 60, 60);
	put_shb(2, 0);
	put_idb(1, SNAP);
	take_data(false, "89 a section of another version");
	start(order);
	put_epb(0, 60, 60);
	big = !order;
	put_shb(1, 0);
	put_idb(113, SNAP);
	put_epb(0, 61, 61);
	if (take_data(true, "89 section of the other byte order")) {
		IS_INT(sum.len, 92, "89 the packet before it is a part");
		IS_INT(sum.packets, 2, "89 both packets count");
		IS_INT(acc.format.section.big, !order, "89 byte order of the new section");
		IS_INT(acc.format.section.first.link_type, 113, "89 its first interface");
	}
	begin_pcapng(order);

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
	if (take_data(true, "86 a packet above max-snaplen"))
		IS_INT(sum.too_long * 10 + sum.long_simple, 10, "86 it is to be cut");
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
		IS_INT(sum.packets, 1, "92 simple packet: one packet");
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
		IS_INT(sum.packets, 1, "92 obsolete packet: one packet");
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
	if (take_data(true, "92 obsolete packet above max-snaplen"))
		IS_INT(sum.too_long, 1, "92 it is to be cut");
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
	if (take_data(true, "92 simple packet above max-snaplen, no snaplen"))
		IS_INT(sum.too_long * 10 + sum.long_simple, 11, "92 it is to be cut");
}

static void test_interfaces_in_data(bool order)
{
	uint32_t before;

	begin_pcapng(order);
	start(order);
	put_epb(1, 60, 60);
	take_data(false, "90 interface 1 before it is described");
	start(order);
	put_idb(113, 200);
	if (take_data(true, "90 interface in data")) {
		IS_INT(sum.needed == used, true, "90 nothing but interfaces");
		IS_INT(sum.packets, 0, "90 no packet");
		IS_INT(acc.format.section.interfaces, 2, "90 counts");
		IS_INT(acc.format.section.first.link_type, 1, "90 the first stays the first");
		IS_INT(acc.format.section.first.snaplen, SNAP, "90 its snaplen too");
	}
	start(order);
	put_epb(1, 60, 60);
	take_data(true, "90 interface 1 after it was described");
	start(order);
	put_idb(1, SNAP);
	put_idb(1, SNAP);
	if (take_data(true, "90 two in a frame")) {
		IS_INT(acc.format.section.interfaces, 4, "90 both count");
		IS_INT(sum.needed == used, true, "90 still only interfaces");
	}
	start(order);
	put_idb(1, SNAP + 1);
	take_data(true, "83 snaplen above max-snaplen in data");
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
		IS_INT(sum.packets, 3, "91 three packets");
		IS_INT(sum.needed == used, false, "91 not only interfaces");
	}
	start(order);
	put_epb(0, 60, 60);
	put_idb(1, SNAP);
	put_epb(1, 60, 60);
	if (take_data(true, "91 packet, interface, its packet")) {
		IS_INT(sum.packets, 2, "91 two packets");
		IS_INT(sum.needed == used, false, "91 mixed with packets");
		IS_INT(acc.format.section.interfaces, 2, "91 the interface counts");
	}
	before = acc.format.section.interfaces;
	start(order);
	put_idb(113, SNAP);
	put_epb(2, 60, 60);
	put_epb(3, 60, 60);
	take_data(false, "91 the last of three is bad");
	IS_INT(acc.format.section.interfaces, before, "91 an interface of a refused frame is none");
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

/* ---- packets above max-snaplen ---- */

static void test_cut_pcap(size_t magic, unsigned minor)
{
	struct accept before;
	uint32_t longer = SNAP + 1000;

	pcap(magic, 2, minor, 0, 1);
	take_header(true, magics[magic].name);
	start(big);
	put_record(minor < 3 ? 20000 : longer, minor < 3 ? longer : 20000, longer);
	put_record(60, 60, 60);
	put_record(SNAP, SNAP, SNAP);
	put_record(SNAP + 1, SNAP + 1, SNAP + 1);
	before = acc;
	if (!take_data(true, "72 two of four are too long"))
		return;
	IS_INT(sum.too_long, 2, "72 they are counted");
	used = accept_cut(&before, buf, used, 0);
	IS_INT(used, 3 * (16 + SNAP) + 76, "72 the length afterwards");
	take_data(true, "72 what was cut");
	IS_INT(sum.too_long * 10 + sum.packets, 4, "72 four packets, none too long");
	IS_INT(pcap_read_record(&acc.format.pcap, buf).original, 20000, "72 original length");
}

static void test_cut_pcapng(bool order)
{
	struct accept before;
	size_t at, end;

	start(order);
	put_shb(1, 0);
	put_idb(1, 0);
	take_header(true, "86 no snaplen");
	before = acc;
	start(order);
	put_spb(SNAP + 500, SNAP + 500);
	packet_with_option(SNAP + 3, 1, 5, 5, true);
	put_block(5, 12);
	put_epb(0, 60, 60);
	if (!take_data(true, "86 long packets"))
		return;
	IS_INT(sum.too_long * 10 + sum.long_simple, 21, "86 one of them simple");
	used = accept_cut(&before, buf, used, SNAP);
	end = 16 + SNAP + 32 + SNAP + 16 + 24 + 92;
	IS_INT(used, end, "86 the length afterwards: options are kept");
	IS_INT(bytes_load32(buf + 8, big), SNAP + 500, "86 original length of the simple one");
	at = 16 + SNAP;
	IS_INT(bytes_load32(buf + at + 20, big), SNAP, "86 captured length");
	IS_INT(bytes_load32(buf + at + 24, big), SNAP + 3, "86 original length");
	before.format.section.first.snaplen = SNAP; /* as the header has it now */
	acc = before;
	take_data(true, "86 what was cut");
	IS_INT(sum.too_long * 10 + sum.packets, 3, "86 three packets, none too long");
}

/* Either kind of content in the other kind of stream. */
static void test_kinds(void)
{
	pcap(0, 2, 4, SNAP, 1);
	take_header(true, "pcap");
	start(false);
	put_block(5, 12); /* a packet block may look like records */
	take_data(false, "a block in a pcap stream");
	begin_pcapng(false);
	start(false);
	put_record(60, 60, 60);
	take_data(false, "a record in a pcapng stream");
	pcap(0, 2, 4, SNAP, 1);
	take_data(false, "a pcap header as pcapng data");
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

static void test_next_needed(bool order)
{
	size_t at = 0, first, second, third, fourth;

	begin_pcapng(order);
	start(order);
	IS_INT(accept_next_needed(&acc, buf, 0, &at), 0, "no interface in nothing");
	put_epb(0, 60, 60);
	IS_INT(accept_next_needed(&acc, buf, used, &at), 0, "no interface in a packet");
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
	fourth = used;
	put_block(10, 24);
	at = 0;
	IS_INT(accept_next_needed(&acc, buf, used, &at), 20, "the first interface");
	IS_INT(at, first, "where it is");
	at += 20;
	IS_INT(accept_next_needed(&acc, buf, used, &at), third - second, "the second");
	IS_INT(at, second, "where it is");
	at += third - second;
	IS_INT(accept_next_needed(&acc, buf, used, &at), 20, "the third, behind the second");
	IS_INT(at, third, "where it is");
	at += 20;
	IS_INT(accept_next_needed(&acc, buf, used, &at), 36, "decryption secrets");
	IS_INT(at, fourth, "where they are");
	at += 36;
	IS_INT(accept_next_needed(&acc, buf, used, &at), 0, "no more");
	IS_INT(accept_first_snaplen(&acc, buf, used), first + 12, "the first snapshot length");
	IS_INT(accept_first_snaplen(&acc, buf, first), 0, "there is none");
}

/* ---- random damage: never past the end, untouched on failure ---- */

static void test_damage(bool order)
{
	unsigned touched = 0, unsaid = 0, above = 0;

	random_seed(13 + order);
	for (unsigned i = 0; i < 30000; i++) {
		uint32_t before;
		uint8_t *copy;
		bool as_header = i % 3 == 0;

		if (i % 2 || as_header) {
			start(order);
			put_shb(1, 0);
			interface_with_option(1, 5, 5, true);
			put_idb(113, 100);
		}
		if (!as_header) {
			static struct accept good;

			if (i < 4) {
				start(order);
				put_shb(1, 0);
				put_idb(1, SNAP);
				parts(true, buf, used);
				good = acc;
			}
			acc = good;
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
		before = acc.format.section.interfaces;
		copy = exact();
		reason[0] = 0;
		if (!parts(as_header, copy, used)) {
			touched += !untouched;
			unsaid += !good_reason();
		} else {
			above += acc.format.section.interfaces > used / 20 + before;
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
		enum format_kind kind;
		uint32_t link;
	} streams[] = {{"lo-pcap", FORMAT_PCAP, 1}, {"any-pcap", FORMAT_PCAP, 113},
	    {"lo-pcapng", FORMAT_PCAPNG, 1}};

	for (size_t i = 0; i < COUNT(streams); i++) {
		size_t len, at = 0;
		uint8_t *p = read_stream(streams[i].name, &len);
		unsigned frames = 0, refused = 0, packets = 0;

		while (at + 4 <= len) {
			size_t n = bytes_load16(p + at + 2, true);

			if (p[at] == 0)
				refused += !parts(true, p + at + 4, n);
			else if (parts(false, p + at + 4, n))
				packets += sum.packets;
			else
				refused++;
			frames++;
			at += 4 + n;
		}
		IS_INT(at, len, "%s: whole frames", streams[i].name);
		IS_INT(refused, 0, "%s: nothing is refused", streams[i].name);
		IS_INT(packets, frames - 1, "%s: every data frame is a packet", streams[i].name);
		IS_INT(acc.format.kind, streams[i].kind, "%s: kind", streams[i].name);
		IS_INT(acc.format.kind == FORMAT_PCAP ? acc.format.pcap.link_type
						      : acc.format.section.first.link_type,
		    streams[i].link, "%s: link type", streams[i].name);
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
		test_next_needed(order);
		test_cut_pcapng(order);
		test_damage(order);
	}
	for (size_t m = 0; m < COUNT(magics); m++)
		for (unsigned minor = 2; minor <= 4; minor++)
			test_cut_pcap(m, minor);
	test_kinds();
	test_reasons();
	test_streams();
	return tap_done();
}
