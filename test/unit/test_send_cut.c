/* test_send_cut: what send_cut makes shorter, what it leaves alone, and what it refuses. */
#include "tap.h"

#include "base/bytes.h"
#include "send/fit.h"

static struct send_cut c;
static uint8_t record[300000];
static size_t len;

static bool is_big(void)
{
	return c.format.kind == FORMAT_PCAPNG ? c.format.section.big : c.format.pcap.big;
}

static uint32_t field(size_t at)
{
	return bytes_load32(record + at, is_big());
}

/* ---- pcap ---- */

static bool pcap_header(const char *magic, uint32_t snaplen, bool big)
{
	uint8_t h[24] = {0};

	memcpy(h, magic, 4);
	bytes_store16(h + 4, 2, big);
	bytes_store16(h + 6, 4, big);
	bytes_store32(h + 16, snaplen, big);
	memcpy(record, h, sizeof(h));
	return send_cut_header(&c, record, sizeof(h));
}

static enum send_fit pcap_record(uint32_t caplen, uint32_t original)
{
	memset(record, 0xee, sizeof(record));
	bytes_store32(record + 8, caplen, is_big());
	bytes_store32(record + 12, original, is_big());
	len = 16 + caplen;
	return send_cut_record(&c, record, &len);
}

static void test_pcap_header(void)
{
	static const struct {
		const char *magic;
		bool big;
	} kinds[] = {{"\xd4\xc3\xb2\xa1", false}, {"\xa1\xb2\xc3\xd4", true},
	    {"\x4d\x3c\xb2\xa1", false}, {"\xa1\xb2\x3c\x4d", true}};
	static const struct {
		uint32_t limit, snaplen, want;
	} cases[] = {{9000, 262144, 9000}, {9000, 9001, 9000}, {9000, 9000, 9000}, {9000, 96, 96},
	    {9000, 0, 9000}, {1, 2, 1}, {262144, 262144, 262144}, {262144, 0xffffffff, 262144}};

	for (size_t k = 0; k < 4; k++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			send_cut_init(&c, cases[i].limit);
			OK(pcap_header(kinds[k].magic, cases[i].snaplen, kinds[k].big) &&
				is_big() == kinds[k].big,
			    "pcap header %zu is taken", k);
			IS_INT(field(16), cases[i].want, "snaplen %u limited to %u",
			    cases[i].snaplen, cases[i].limit);
		}
	OK(!send_cut_header(&c, record, 23) && c.why[0], "23 bytes are no header");
}

static void test_pcap_record(void)
{
	static const struct {
		uint32_t limit, caplen, want;
	} cases[] = {{100, 99, 99}, {100, 100, 100}, {100, 101, 100}, {100, 0, 0}, {1, 2000, 1},
	    {262144, 65519, 65519}, {262144, 65520, 65519}, {262144, 262144, 65519}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int big = 0; big < 2; big++) {
			uint32_t caplen = cases[i].caplen, want = cases[i].want;

			send_cut_init(&c, cases[i].limit);
			pcap_header(big ? "\xa1\xb2\xc3\xd4" : "\xd4\xc3\xb2\xa1", 0, big);
			IS_INT(pcap_record(caplen, caplen + 7), SEND_FITS, "%u of %u fits", caplen,
			    cases[i].limit);
			IS_INT(len, 16 + want, "its length");
			IS_INT(field(8), want, "its captured length");
			IS_INT(field(12), caplen + 7, "its original length stays");
			IS_INT(c.cut, caplen != want, "counted when cut");
		}
	bytes_store32(record + 8, 10, is_big());
	len = 16 + 11;
	IS_INT(
	    send_cut_record(&c, record, &len), SEND_MALFORMED, "a length that contradicts caplen");
	len = 15;
	IS_INT(send_cut_record(&c, record, &len), SEND_MALFORMED, "15 bytes are no record");
}

/* ---- pcapng ---- */

static size_t put_block(uint8_t *p, uint32_t type, size_t total, bool big)
{
	bytes_store32(p, type, big);
	bytes_store32(p + 4, (uint32_t)total, big);
	bytes_store32(p + total - 4, (uint32_t)total, big);
	return total;
}

static size_t put_idb(uint8_t *p, uint32_t snaplen, bool big)
{
	memset(p, 0, 20);
	bytes_store32(p + 12, snaplen, big);
	return put_block(p, 1, 20, big);
}

/* A section with two interfaces. */
static bool section(uint32_t limit, uint32_t first, uint32_t second, bool big)
{
	send_cut_init(&c, limit);
	memset(record, 0, 28);
	bytes_store32(record + 8, 0x1A2B3C4D, big);
	put_block(record, 0x0A0D0D0A, 28, big);
	put_idb(record + 28, first, big);
	put_idb(record + 48, second, big);
	return send_cut_header(&c, record, 68);
}

/* A packet block with `options` bytes of options, every byte of them different from data. */
static enum send_fit packet(uint32_t type, uint32_t id, uint32_t caplen, size_t options)
{
	size_t padded = (caplen + 3u) & ~3u;

	memset(record, 0xdd, 28 + padded);
	memset(record + 28 + padded, 0x99, options);
	if (type == 2)
		bytes_store16(record + 8, (uint16_t)id, is_big());
	else
		bytes_store32(record + 8, id, is_big());
	bytes_store32(record + 20, caplen, is_big());
	bytes_store32(record + 24, caplen + 5, is_big());
	len = put_block(record, type, 32 + padded + options, is_big());
	return send_cut_record(&c, record, &len);
}

static bool all(size_t from, size_t to, uint8_t value)
{
	for (; from < to; from++)
		if (record[from] != value)
			return false;
	return true;
}

static void check_packet(uint32_t caplen, uint32_t want, size_t options)
{
	size_t padded = (want + 3u) & ~3u;

	IS_INT(len, 32 + padded + options, "%u with %zu of options: its length", caplen, options);
	IS_INT(field(4), len, "the length before");
	IS_INT(field(len - 4), len, "the length after");
	IS_INT(field(20), want, "its captured length");
	IS_INT(field(24), caplen + 5, "its original length stays");
	OK(all(28, 28 + want, 0xdd), "its data");
	OK(want == caplen || all(28 + want, 28 + padded, 0), "its padding is zero when it was cut");
	OK(all(28 + padded, 28 + padded + options, 0x99), "its options");
	IS_INT(c.cut, caplen != want, "counted when cut");
}

static void test_section(void)
{
	for (int big = 0; big < 2; big++) {
		OK(section(9000, 262144, 0, big) && is_big() == big &&
			c.format.kind == FORMAT_PCAPNG,
		    "a section");
		IS_INT(field(28 + 12), 9000, "first interface lowered");
		IS_INT(field(48 + 12), 9000, "unlimited second interface lowered");
		IS_INT(c.format.section.interfaces, 2, "both are counted");
		OK(section(9000, 9000, 64, big), "a section");
		IS_INT(field(48 + 12), 64, "a smaller one stays");
	}
	section(9000, 1, 1, false);
	bytes_store32(record + 48, 5, false);
	OK(!send_cut_header(&c, record, 68) && c.why[0], "another block in the link header");
	section(9000, 1, 1, false);
	bytes_store32(record + 52, 24, false);
	OK(!send_cut_header(&c, record, 68), "a block that runs past the link header");
	OK(!send_cut_header(&c, record, 65536), "a link header that no frame holds");
}

static void test_packet_blocks(void)
{
	static const struct {
		uint32_t limit, caplen, want;
		size_t options;
	} cases[] = {{100, 100, 100, 0}, {100, 101, 100, 0}, {101, 110, 101, 8},
	    {102, 103, 102, 12}, {100, 7, 7, 16}, {1, 60, 1, 4}, {9000, 60000, 9000, 400},
	    {262144, 65500, 65500, 0}, {262144, 65501, 65500, 0}, {262144, 65500, 65496, 4},
	    {262144, 70000, 65000, 500}, {262144, 10, 4, 65496}, {262144, 10, 0, 65500}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (uint32_t type = 2; type <= 6; type += 4) {
			section(cases[i].limit, 0, 0, i % 2);
			IS_INT(packet(type, 1, cases[i].caplen, cases[i].options), SEND_FITS,
			    "block type %u fits", type);
			check_packet(cases[i].caplen, cases[i].want, cases[i].options);
		}
	section(9000, 0, 0, false);
	IS_INT(packet(6, 0, 4, 65504), SEND_SKIP, "options that no frame holds");
	IS_INT(c.skipped, 1, "are counted");
	IS_INT(packet(6, 2, 4, 0), SEND_MALFORMED, "an unknown interface");
	OK(strstr(c.why, "interface 2"), "is named");
	packet(6, 0, 40, 0);
	bytes_store32(record + 20, 41, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_MALFORMED, "caplen beyond the block");
	bytes_store32(record + 20, 0xffffffff, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_MALFORMED, "caplen that overflows");
	len = put_block(record, 6, 28, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_MALFORMED, "28 bytes are no packet block");
}

static enum send_fit simple(uint32_t original, size_t data)
{
	memset(record, 0xdd, 16 + data);
	bytes_store32(record + 8, original, is_big());
	len = put_block(record, 3, 16 + data, is_big());
	return send_cut_record(&c, record, &len);
}

static void test_simple_blocks(void)
{
	section(100, 0, 0, true);
	IS_INT(simple(99, 100), SEND_FITS, "a short one fits");
	IS_INT(len, 116, "as it is");
	IS_INT(c.cut, 0, "uncut");
	IS_INT(simple(150, 152), SEND_FITS, "a long one fits");
	IS_INT(len, 116, "cut to the first interface's snaplen");
	IS_INT(field(8), 150, "its original length stays");
	IS_INT(field(4), 116, "the length before");
	IS_INT(field(112), 116, "the length after");
	IS_INT(c.cut, 1, "counted");
	section(98, 102, 0, false);
	IS_INT(simple(1000, 104), SEND_FITS, "one that was cut when captured");
	IS_INT(len, 116, "is cut again");
	OK(all(12, 12 + 98, 0xdd) && all(12 + 98, 12 + 100, 0), "with zero padding");
	section(9000, 64, 0, false);
	IS_INT(simple(1000, 64), SEND_FITS, "an unlowered snaplen");
	IS_INT(c.cut, 0, "cuts nothing");
	IS_INT(simple(64, 60), SEND_MALFORMED, "less data than announced");
	section(262144, 0, 0, false);
	IS_INT(simple(65516, 65516), SEND_FITS, "the longest that a frame holds");
	IS_INT(c.cut, 0, "uncut");
	IS_INT(simple(65517, 65520), SEND_SKIP, "a longer one cannot be cut");
	IS_INT(c.skipped, 1, "counted");
}

static void test_other_blocks(void)
{
	section(9000, 0, 0, false);
	c.format.section.interfaces = 0;
	IS_INT(packet(6, 0, 4, 0), SEND_MALFORMED, "a packet before any interface");
	IS_INT(simple(4, 4), SEND_MALFORMED, "a simple one likewise");
	len = put_idb(record, 262144, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_FITS, "an interface later on");
	IS_INT(field(12), 9000, "is lowered");
	IS_INT(packet(6, 0, 4, 0), SEND_FITS, "and known");
	len = put_block(record, 1, 16, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_MALFORMED, "16 bytes are no interface");
	len = put_block(record, 1, 65536, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_MALFORMED, "an interface no frame holds");
	len = put_block(record, 0xbad, 65532, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_FITS, "the longest foreign block");
	IS_INT(len, 65532, "is left as it is");
	len = put_block(record, 0xbad, 65536, false);
	IS_INT(send_cut_record(&c, record, &len), SEND_SKIP, "a longer one");
	IS_INT(c.skipped, 1, "is counted");
	len = 8;
	IS_INT(send_cut_record(&c, record, &len), SEND_MALFORMED, "8 bytes are no block");
}

int main(void)
{
	test_pcap_header();
	test_pcap_record();
	test_section();
	test_packet_blocks();
	test_simple_blocks();
	test_other_blocks();
	return tap_done();
}
