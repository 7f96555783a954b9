/* test_edit: what is cut off a record, what stays, and what cannot be made small enough. */
#include "captures.h"

#include "capture/edit.h"

static enum edit_result result;
static size_t len;

static void test_pcap(size_t magic, unsigned minor)
{
	static const struct {
		uint32_t limit;
		size_t record;
		uint32_t caplen, want;
	} rows[] = {{100, SIZE_MAX, 99, 99}, {100, SIZE_MAX, 100, 100}, {100, SIZE_MAX, 101, 100},
	    {100, SIZE_MAX, 0, 0}, {1, SIZE_MAX, 2000, 1}, {262144, 65535, 65519, 65519},
	    {262144, 65535, 65520, 65519}, {262144, 65535, 200000, 65519}, {100, 50, 90, 34},
	    {100, 16, 90, 0}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct edit e = {.snaplen = rows[i].limit, .record = rows[i].record};
		uint32_t caplen = rows[i].caplen, want = rows[i].want;
		struct pcap_record r;
		struct pcap h;

		pcap(magic, 2, minor, 0, 1);
		pcap_read_header(&h, buf);
		start(big);
		put_record(
		    minor < 3 ? caplen + 7 : caplen, minor < 3 ? caplen : caplen + 7, caplen);
		len = used;
		result = edit_pcap(&e, &h, buf, &len);
		IS_INT(result, caplen == want ? EDIT_SAME : EDIT_CUT, "2.%u: %u to %u", minor,
		    caplen, rows[i].limit);
		IS_INT(len, 16 + want, "its length");
		r = pcap_read_record(&h, buf);
		IS_INT(r.caplen, want, "its captured length");
		IS_INT(r.original, caplen + 7, "its original length stays");
	}
	{
		struct edit e = {.snaplen = 100, .record = 15};
		struct pcap h = {.caplen_at = 8};

		len = used;
		OK(edit_pcap(&e, &h, buf, &len) == EDIT_NEVER && len == used, "15 bytes hold none");
	}
}

static bool all(size_t from, size_t to, uint8_t value)
{
	for (; from < to; from++)
		if (buf[from] != value)
			return false;
	return true;
}

static void edit_block(const struct edit *e, const struct pcapng *s)
{
	struct pcapng_packet k;
	struct pcapng_block b;

	len = used;
	OK(pcapng_read_block(&b, buf, used, big) == PCAPNG_OK &&
		pcapng_read_packet(&k, s, &b) == PCAPNG_PACKET_OK,
	    "a packet block");
	result = edit_packet(e, &b, &k, buf, &len);
}

static void put_packet(uint32_t type, uint32_t caplen, size_t options)
{
	size_t at = block_begin(type);

	put32(0);
	fill(8, 0);
	put32(caplen);
	put32(caplen + 5);
	fill((caplen + 3) & ~3u, 0xdd);
	fill(options, 0x99);
	block_end(at);
}

static void test_packets(bool order)
{
	static const struct {
		uint32_t limit, caplen, want;
		size_t record, options;
	} rows[] = {{100, 100, 100, SIZE_MAX, 0}, {100, 101, 100, SIZE_MAX, 0},
	    {101, 110, 101, SIZE_MAX, 8}, {102, 103, 102, SIZE_MAX, 12}, {100, 7, 7, SIZE_MAX, 16},
	    {1, 60, 1, SIZE_MAX, 4}, {9000, 60000, 9000, 65535, 400},
	    {262144, 65500, 65500, 65535, 0}, {262144, 65501, 65500, 65535, 0},
	    {262144, 65500, 65496, 65535, 4}, {262144, 70000, 65000, 65535, 500},
	    {262144, 10, 4, 65535, 65496}, {262144, 10, 0, 65535, 65500},
	    {262144, 10, 10, 65535, 65488}, {262144, 11, 11, 44, 0}, {262144, 12, 12, 44, 0}};
	struct pcapng s = {.big = order, .interfaces = 1};
	struct edit e = {.snaplen = 100, .record = 65535};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (uint32_t type = 2; type <= 6; type += 4) {
			struct edit to = {.snaplen = rows[i].limit, .record = rows[i].record};
			uint32_t caplen = rows[i].caplen, want = rows[i].want;
			size_t padded = (want + 3u) & ~3u;

			start(order);
			put_packet(type, caplen, rows[i].options);
			edit_block(&to, &s);
			IS_INT(result, want == caplen ? EDIT_SAME : EDIT_CUT, "row %zu", i);
			IS_INT(len, 32 + padded + rows[i].options, "its length");
			OK(bytes_load32(buf + 4, big) == len &&
				bytes_load32(buf + len - 4, big) == len,
			    "the lengths before and after");
			IS_INT(bytes_load32(buf + 20, big), want, "its captured length");
			IS_INT(
			    bytes_load32(buf + 24, big), caplen + 5, "its original length stays");
			OK(all(28, 28 + want, 0xdd), "its data");
			OK(want == caplen || all(28 + want, 28 + padded, 0),
			    "zero padding when cut");
			OK(all(28 + padded, 28 + padded + rows[i].options, 0x99), "its options");
		}
	start(order);
	put_packet(6, 4, 65504);
	edit_block(&e, &s);
	OK(result == EDIT_NEVER && len == used, "options that no frame holds");
}

static void test_simple(bool order)
{
	struct pcapng s = {.big = order, .interfaces = 1};
	struct edit e = {.snaplen = 100, .record = 65535, .simple = 100};

	start(order);
	put_spb(99, 99);
	edit_block(&e, &s);
	OK(result == EDIT_SAME && len == used, "a short one stays");
	start(order);
	put_spb(150, 150);
	edit_block(&e, &s);
	OK(result == EDIT_CUT && len == 116, "a long one is cut to the snaplen of interface 0");
	IS_INT(bytes_load32(buf + 8, big), 150, "its original length stays");
	OK(bytes_load32(buf + 4, big) == 116 && bytes_load32(buf + 112, big) == 116,
	    "both lengths");
	s.first.snaplen = 102;
	e.simple = 98;
	start(order);
	put_spb(1000, 102);
	edit_block(&e, &s);
	OK(result == EDIT_CUT && len == 116 && all(12, 12 + 98, 0xcd) && all(110, 112, 0),
	    "one that was cut before is cut again, with zero padding");
	e.simple = s.first.snaplen = 64;
	start(order);
	put_spb(1000, 64);
	edit_block(&e, &s);
	IS_INT(result, EDIT_SAME, "a snaplen that is not lowered cuts nothing");
	e.simple = s.first.snaplen = 0;
	start(order);
	put_spb(65516, 65516);
	edit_block(&e, &s);
	IS_INT(result, EDIT_SAME, "the longest that a frame holds");
	start(order);
	put_spb(65517, 65517);
	edit_block(&e, &s);
	OK(result == EDIT_NEVER && len == used, "a longer one cannot be cut");
	start(order);
	put_spb(10, 70000);
	edit_block(&e, &s);
	OK(result == EDIT_CUT && len == 28, "bytes behind the packet go first");
}

static void test_snaplen(bool order)
{
	static const struct {
		uint32_t limit, snaplen, want;
	} rows[] = {{9000, 262144, 9000}, {9000, 9001, 9000}, {9000, 9000, 9000}, {9000, 96, 96},
	    {9000, 0, 9000}, {1, 2, 1}, {262144, 262144, 262144}, {262144, 0xffffffff, 262144}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		start(order);
		put32(rows[i].snaplen);
		IS_INT(edit_snaplen(buf, rows[i].limit, order), rows[i].want, "snaplen %u",
		    rows[i].snaplen);
		IS_INT(bytes_load32(buf, order), rows[i].want, "stands there");
	}
}

int main(void)
{
	for (size_t m = 0; m < COUNT(magics); m++)
		for (unsigned minor = 2; minor <= 4; minor++)
			test_pcap(m, minor);
	for (unsigned order = 0; order < 2; order++) {
		test_packets(order);
		test_simple(order);
		test_snaplen(order);
	}
	return tap_done();
}
