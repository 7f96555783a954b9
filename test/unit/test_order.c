/* test_order: options and blocks of pcapng, turned into little-endian. */
#include <stdlib.h>

#include "tap.h"
#include "support.h"

#include "read/order.h"

static uint8_t in[256], out[256];

/* An option into in at `at`; returns behind it. */
static size_t option(size_t at, bool big, uint16_t code, const void *value, uint16_t len)
{
	bytes_store16(in + at, code, big);
	bytes_store16(in + at + 2, len, big);
	memset(in + at + 4, 0xee, (size_t)pcapng_padded(len)); /* what pads may be anything */
	memcpy(in + at + 4, value, len);
	return at + 4 + (size_t)pcapng_padded(len);
}

static const char *hex(const uint8_t *p, size_t len)
{
	static char text[2 * sizeof(out) + 1];

	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", p[i]);
	text[2 * len] = '\0';
	return text;
}

static void test_packets(void)
{
	static const uint8_t number[8] = {1, 2, 3, 4, 5, 6, 7, 8};

	for (int big = 0; big < 2; big++) {
		size_t len = option(0, big, 1, "abc", 3);

		IS_STR(hex(out, order_packet_options(in, len, big, out)),
		    "010003006162630000000000", "a comment, zeros behind it, and the end");
		len = option(0, big, 2, number, 4);
		IS_STR(hex(out, order_packet_options(in, len, big, out)),
		    big ? "020004000403020100000000" : "020004000102030400000000", "flags");
		len = option(0, big, 4, number, 8);
		IS_STR(hex(out, order_packet_options(in, len, big, out)),
		    big ? "04000800080706050403020100000000" : "04000800010203040506070800000000",
		    "drops");
		len = option(0, big, 2988, number, 6);
		IS_STR(hex(out, order_packet_options(in, len, big, out)),
		    big ? "ac0b06000403020105060000"
			  "00000000"
			: "ac0b06000102030405060000"
			  "00000000",
		    "a custom option: the number of who has made it");
		len = option(0, big, 2, number, 2);
		IS_STR(hex(out, order_packet_options(in, len, big, out)),
		    "020002000102000000000000", "flags that are too short stay as they are");
		len = option(0, big, 99, number, 1);
		IS_STR(hex(out, order_packet_options(in, len, big, out)),
		    big ? "" : "630001000100000000000000", "of unknown codes");
		len = option(0, big, 0, "", 0);
		IS_INT(order_packet_options(in, len, big, out), 0, "the end alone is none");
		len = option(0, big, 1, "abcdefgh", 8);
		IS_INT(order_packet_options(in, len - 1, big, out), 0, "one that is cut is none");
	}
	IS_INT(order_packet_options(in, 0, false, out), 0, "nothing is none");
}

/* The block of an interface or another type around what is in `in`. */
static struct pcapng_block block(uint32_t type, size_t len, bool big)
{
	return (struct pcapng_block){.big = big,
	    .type = type,
	    .total = (uint32_t)len + 12,
	    .body = in,
	    .body_len = (uint32_t)len};
}

static void test_interfaces(void)
{
	static const uint8_t speed[8] = {0, 0, 0, 0, 0, 0, 1, 2};
	struct pcapng_block b;
	size_t len;

	len = option(8, true, 2, "eth0", 4);
	len = option(len, true, 9, "\x09", 1);
	len = option(len, true, 14, speed, 8);
	len = option(len, true, 8, speed, 8);
	len = option(len, true, 13, "\x04", 1);
	b = block(PCAPNG_INTERFACE, len, true);
	IS_STR(hex(out, order_interface_options(&b, out, sizeof(out))),
	    "0300040065746830"
	    "080008000201000000000000"
	    "0d00010004000000",
	    "its name becomes a description; clocks are left out");
	IS_INT(order_interface_options(&b, out, 19), 16, "what does not fit is left out");
	len = option(8, false, 2, "eth0", 4);
	len = option(len, false, 3, "LAN", 3);
	b = block(PCAPNG_INTERFACE, len, false);
	IS_STR(hex(out, order_interface_options(&b, out, sizeof(out))), "030003004c414e00",
	    "a description stays");
	b = block(PCAPNG_INTERFACE, 8, false);
	IS_INT(order_interface_options(&b, out, sizeof(out)), 0, "there may be none");
}

static void test_blocks(void)
{
	struct pcapng_block b;
	size_t len;

	for (int big = 0; big < 2; big++) {
		len = option(0, big, 1, "\x7f\0\0\1here", 9);
		len = option(len, big, 0, "", 0);
		b = block(PCAPNG_NAMES, len, big);
		IS_STR(hex(out, order_block(&b, out)),
		    "010009007f0000016865726500000000"
		    "00000000",
		    "a name");
		bytes_store32(in, 0x544c534b, big);
		bytes_store32(in + 4, 3, big);
		memcpy(in + 8, "abc\xee", 4);
		b = block(PCAPNG_SECRETS, 12, big);
		IS_STR(hex(out, order_block(&b, out)), "4b534c5403000000616263ee", "secrets");
		bytes_store32(in + 4, 5, big);
		IS_INT(order_block(&b, out), 0, "that are longer than their block");
		bytes_store32(in + 4, UINT32_MAX, big);
		IS_INT(order_block(&b, out), 0, "much longer");
		b = block(PCAPNG_SECRETS, 4, big);
		IS_INT(order_block(&b, out), 0, "or too short");
		b = block(5, 12, big);
		IS_INT(order_block(&b, out), 0, "another block");
	}
}

int main(void)
{
	test_packets();
	test_interfaces();
	test_blocks();
	return tap_done();
}
