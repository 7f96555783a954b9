/* captures: builds captures byte by byte, in either byte order. */
#ifndef CAPTURES_H
#define CAPTURES_H

#include "tap.h"
#include "support.h"

#include "base/bytes.h"

#define SNAP 9000u

static uint8_t buf[1 << 18];
__attribute__((unused)) static size_t used;
static bool big;

/* ---- building ---- */

__attribute__((unused)) static void start(bool order)
{
	used = 0;
	big = order;
}

__attribute__((unused)) static void put16(unsigned v)
{
	bytes_store16(buf + used, (uint16_t)v, big);
	used += 2;
}

__attribute__((unused)) static void put32(uint32_t v)
{
	bytes_store32(buf + used, v, big);
	used += 4;
}

__attribute__((unused)) static void fill(size_t n, int byte)
{
	memset(buf + used, byte, n);
	used += n;
}

__attribute__((unused)) static void put_pcap(
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
__attribute__((unused)) static void put_record(uint32_t caplen, uint32_t len, size_t n)
{
	put32(1794000000);
	put32(123456);
	put32(caplen);
	put32(len);
	fill(n, 0xab);
}

__attribute__((unused)) static size_t block_begin(uint32_t type)
{
	size_t at = used;

	put32(type);
	put32(0);
	return at;
}

__attribute__((unused)) static void block_end(size_t at)
{
	uint32_t total;

	while (used % 4)
		buf[used++] = 0;
	total = (uint32_t)(used - at + 4);
	put32(total);
	bytes_store32(buf + at + 4, total, big);
}

__attribute__((unused)) static void put_option(unsigned code, unsigned length, size_t n)
{
	put16(code);
	put16(length);
	fill((n + 3) / 4 * 4, 'x');
}

__attribute__((unused)) static void put_shb(unsigned major, unsigned minor)
{
	size_t at = block_begin(0x0a0d0d0a);

	put32(0x1a2b3c4d);
	put16(major);
	put16(minor);
	fill(8, 0xff);
	block_end(at);
}

__attribute__((unused)) static void put_idb(unsigned link, uint32_t snaplen)
{
	size_t at = block_begin(1);

	put16(link);
	put16(0);
	put32(snaplen);
	block_end(at);
}

__attribute__((unused)) static void put_epb(uint32_t interface, uint32_t caplen, size_t n)
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
__attribute__((unused)) static void put_spb(uint32_t len, size_t n)
{
	size_t at = block_begin(3);

	put32(len);
	fill(n, 0xcd);
	block_end(at);
}

/* The obsolete Packet Block. */
__attribute__((unused)) static void put_opb(unsigned interface, uint32_t caplen, size_t n)
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

__attribute__((unused)) static void put_block(uint32_t type, size_t n)
{
	size_t at = block_begin(type);

	fill(n, 0x11);
	block_end(at);
}

/* The exact bytes on the heap, so that a sanitizer sees a read past their end. */
__attribute__((unused)) static uint8_t *exact(void)
{
	uint8_t *copy = malloc(used ? used : 1);

	if (!copy)
		support_die("memory");
	memcpy(copy, buf, used);
	return copy;
}

static const struct {
	const char *bytes, *name;
	bool big;
} magics[] = {{"\xd4\xc3\xb2\xa1", "little-endian us", false},
    {"\xa1\xb2\xc3\xd4", "big-endian us", true}, {"\x4d\x3c\xb2\xa1", "little-endian ns", false},
    {"\xa1\xb2\x3c\x4d", "big-endian ns", true}};

__attribute__((unused)) static void pcap(
    size_t magic, unsigned major, unsigned minor, uint32_t snaplen, uint32_t link)
{
	start(magics[magic].big);
	put_pcap(magics[magic].bytes, major, minor, snaplen, link);
}

__attribute__((unused)) static void interface_with_option(
    unsigned code, unsigned length, size_t n, bool end)
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

#endif
