/* test_pcapng: blocks, options, interfaces, packets, and times by the clocks of interfaces. */
#include "captures.h"

#include "capture/pcapng.h"

static struct pcapng_block b;

static enum pcapng_status read_buf(size_t n)
{
	uint8_t *part = malloc(n ? n : 1);
	enum pcapng_status st;

	if (!part)
		support_die("memory");
	memcpy(part, buf, n);
	st = pcapng_read_block(&b, part, n, big);
	free(part);
	return st;
}

static void test_blocks(bool order)
{
	static const uint32_t bad[] = {0, 4, 8, 11, 13, 14, 15, 0xffffffff};

	start(order);
	put_block(0x1234, 8);
	for (size_t n = 0; n < used; n++)
		OK(read_buf(n) == PCAPNG_MORE && b.total == (n < 8 ? 12 : 20),
		    "%zu of 20 bytes: what is needed", n);
	OK(read_buf(used) == PCAPNG_OK && b.type == 0x1234 && b.body_len == 8, "a block");
	for (size_t i = 0; i < COUNT(bad); i++) {
		bytes_store32(buf + 4, bad[i], big);
		OK(read_buf(used) == PCAPNG_LENGTH && b.total == bad[i], "length %u", bad[i]);
	}
	bytes_store32(buf + 4, 20, big);
	bytes_store32(buf + 16, 24, big);
	OK(read_buf(used) == PCAPNG_TRAILER && b.trailer == 24, "another length behind it");

	start(order);
	put_shb(1, 2);
	for (size_t n = 0; n < used; n++)
		OK(read_buf(n) == PCAPNG_MORE && b.total == (n < 12 ? 12 : 28),
		    "%zu of a section header: what is needed", n);
	big = !order;
	OK(read_buf(used) == PCAPNG_OK && b.big == order, "brings its own byte order");
	buf[8] ^= 1;
	OK(read_buf(used) == PCAPNG_MAGIC, "or no known one");
}

static void test_sections(bool order)
{
	struct pcapng s = {.interfaces = 3};

	start(order);
	put_shb(1, 2);
	pcapng_read_block(&b, buf, used, false);
	OK(pcapng_read_section(&s, &b), "a section");
	OK(s.big == order && s.major == 1 && s.minor == 2 && s.interfaces == 0, "is read");
	start(order);
	put32(PCAPNG_SECTION);
	put32(24);
	put32(PCAPNG_ORDER_MAGIC);
	fill(8, 0);
	put32(24);
	pcapng_read_block(&b, buf, used, false);
	OK(!pcapng_read_section(&s, &b), "24 bytes are none");
}

/* An interface whose options are put between. */
static size_t options_begin(void)
{
	size_t at = block_begin(1);

	put16(113);
	put16(0);
	put32(100);
	return at;
}

static void test_interfaces(bool order)
{
	struct pcapng_interface table[2], i;
	struct pcapng s = {.table = table, .room = 2};
	const uint8_t *name;
	size_t at, len;

	start(order);
	at = options_begin();
	put_option(1, 3, 3);
	put_option(2, 4, 4);
	put16(9);
	put16(1);
	put32(order ? 0x09000000 : 9);
	put16(14);
	put16(8);
	put32(order ? 0 : 3600);
	put32(order ? 3600 : 0);
	put_option(0, 0, 0);
	put_option(9, 1, 1); /* behind the end */
	block_end(at);
	pcapng_read_block(&b, buf, used, big);
	OK(pcapng_read_interface(&i, &b), "an interface");
	OK(i.link_type == 113 && i.snaplen == 100, "link type and snaplen");
	OK(i.clock.resolution == 9 && i.clock.offset == 3600, "resolution and offset");
	name = pcapng_interface_name(&b, &len);
	OK(name && len == 4 && memcmp(name, "xxxx", 4) == 0, "name");

	start(order);
	at = options_begin();
	put_option(2, 65535, 4); /* runs past its block */
	block_end(at);
	pcapng_read_block(&b, buf, used, big);
	OK(pcapng_read_interface(&i, &b) && i.clock.resolution == 6, "a damaged option is none");
	OK(!pcapng_interface_name(&b, &len), "and no name");
	start(order);
	put_block(1, 4);
	pcapng_read_block(&b, buf, used, big);
	OK(!pcapng_read_interface(&i, &b), "16 bytes are no interface");
	OK(!pcapng_interface_name(&b, &len), "and have no name");

	for (uint16_t n = 0; n < 4; n++) {
		i.link_type = n;
		pcapng_add_interface(&s, &i);
	}
	IS_INT(s.interfaces, 4, "all interfaces are counted");
	OK(pcapng_find_interface(&s, 0)->link_type == 0 &&
		pcapng_find_interface(&s, 1)->link_type == 1,
	    "those in the table are found");
	OK(!pcapng_find_interface(&s, 2) && !pcapng_find_interface(&s, 4), "others are not");
}

static void test_times(void)
{
	static const struct {
		uint8_t resolution;
		int64_t offset;
		uint64_t ticks;
		int64_t ns;
	} rows[] = {{6, 0, 1794000000123456, 1794000000123456000}, {0, 0, 7, 7000000000},
	    {9, 0, 1794000000123456789, 1794000000123456789}, {3, 0, 1500, 1500000000},
	    {9, -1794000001, 1794000000123456789, -876543211}, {12, 0, 1999, 1},
	    {19, 0, UINT64_MAX, 1844674407}, {20, 0, UINT64_MAX, 184467440}, {28, 0, UINT64_MAX, 1},
	    {29, 0, UINT64_MAX, 0}, {127, 0, UINT64_MAX, 0}, {0x80, 0, 7, 7000000000},
	    {0x80 | 1, 0, 3, 1500000000}, {0x80 | 20, 0, 3 << 19, 1500000000},
	    {0x80 | 32, 0, (UINT64_C(5) << 32) + 1, 5000000000},
	    {0x80 | 40, 0, (UINT64_C(5) << 40) + (UINT64_C(1) << 39) + 1000000, 5500000909},
	    {0x80 | 63, 0, UINT64_MAX, 1999999999}, {0x80 | 64, 0, UINT64_MAX, 999999999},
	    {0x80 | 65, 0, UINT64_MAX, 499999999}, {0x80 | 127, 0, UINT64_MAX, 0},
	    {0, 0, UINT64_MAX, INT64_MAX}, {6, INT64_MAX, UINT64_MAX, INT64_MAX},
	    {9, INT64_MIN, 0, INT64_MIN}, {0, INT64_MIN, UINT64_C(1) << 63, 0},
	    {9, 9223372036, 854775807, INT64_MAX}, {9, 9223372036, 854775808, INT64_MAX},
	    {9, 9223372036, 854775806, INT64_MAX - 1}, {6, 3600, 1, 3600000001000}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pcapng_clock c = {rows[i].resolution, rows[i].offset};

		IS_INT(pcapng_time_ns(&c, rows[i].ticks), rows[i].ns,
		    "row %zu: resolution %u, offset %" PRId64, i, c.resolution, c.offset);
	}
}

static void test_packets(bool order)
{
	struct pcapng s = {.big = order, .interfaces = 2, .first = {.snaplen = 100}};
	struct pcapng_packet k;
	size_t at;

	start(order);
	at = block_begin(6);
	put32(1);
	put32(1);
	put32(2);
	put32(5);
	put32(1500);
	fill(8, 0xcd);
	put_option(1, 4, 4);
	block_end(at);
	pcapng_read_block(&b, buf, used, big);
	IS_INT(pcapng_read_packet(&k, &s, &b), PCAPNG_PACKET_OK, "an enhanced packet");
	OK(k.interface == 1 && k.stamped && k.ticks == (UINT64_C(1) << 32 | 2) && k.caplen == 5 &&
		k.original == 1500 && k.data == buf + 28,
	    "is read");
	OK(k.options == buf + 36 && k.options_len == 8, "and its options");
	bytes_store32(buf + 20, 17, big);
	OK(pcapng_read_packet(&k, &s, &b) == PCAPNG_PACKET_CAPLEN && k.caplen == 17, "too long");
	bytes_store32(buf + 20, 0xfffffffd, big);
	OK(pcapng_read_packet(&k, &s, &b) == PCAPNG_PACKET_CAPLEN, "wraps when padded");
	bytes_store32(buf + 8, 2, big);
	OK(pcapng_read_packet(&k, &s, &b) == PCAPNG_PACKET_INTERFACE && k.interface == 2,
	    "of no interface");
	start(order);
	put_opb(1, 60, 60);
	bytes_store16(buf + 10, 0xffff, big); /* drops */
	pcapng_read_block(&b, buf, used, big);
	OK(pcapng_read_packet(&k, &s, &b) == PCAPNG_PACKET_OK && k.interface == 1,
	    "an obsolete packet");
	start(order);
	put_block(2, 16);
	pcapng_read_block(&b, buf, used, big);
	IS_INT(pcapng_read_packet(&k, &s, &b), PCAPNG_PACKET_SHORT, "28 bytes are none");
	start(order);
	put_spb(1500, 100);
	pcapng_read_block(&b, buf, used, big);
	OK(pcapng_read_packet(&k, &s, &b) == PCAPNG_PACKET_OK && k.caplen == 100 &&
		k.original == 1500 && !k.stamped && k.interface == 0 && k.options_len == 0,
	    "a simple packet, by the snaplen of interface 0");
	s.first.snaplen = 0;
	OK(pcapng_read_packet(&k, &s, &b) == PCAPNG_PACKET_CAPLEN && k.caplen == 1500,
	    "none without it");
	s.interfaces = 0;
	IS_INT(pcapng_read_packet(&k, &s, &b), PCAPNG_PACKET_INTERFACE, "nor without interface");
	start(order);
	put_block(3, 0);
	pcapng_read_block(&b, buf, used, big);
	IS_INT(pcapng_read_packet(&k, &s, &b), PCAPNG_PACKET_SHORT, "12 bytes are none");
}

static void test_needed(void)
{
	OK(pcapng_is_needed_type(PCAPNG_INTERFACE) && pcapng_is_needed_type(PCAPNG_SECRETS),
	    "interfaces and secrets are needed by later packets");
	for (uint32_t type = 0; type < 4096; type++)
		if (type != PCAPNG_INTERFACE && type != PCAPNG_SECRETS &&
		    pcapng_is_needed_type(type))
			OK(false, "type %u is not", type);
	OK(!pcapng_is_needed_type(0x40000bad) && !pcapng_is_needed_type(PCAPNG_SECTION),
	    "others are not");
}

int main(void)
{
	for (unsigned order = 0; order < 2; order++) {
		test_blocks(order);
		test_sections(order);
		test_interfaces(order);
		test_packets(order);
	}
	test_times();
	test_needed();
	return tap_done();
}
