/* capfmt: see capfmt.h. */
#include "capture/capfmt_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void capfmt_note(char reason[CAPFMT_REASON_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, CAPFMT_REASON_MAX, fmt, ap);
	va_end(ap);
}

/* The byte order from the first bytes; false when they are no magic number that is known. */
static bool recognise(struct capfmt *f, const uint8_t *p, size_t len)
{
	uint32_t magic = bytes_load32(p, false);

	f->kind = CAPFMT_PCAP;
	switch (magic) {
	case 0xa1b2c3d4u: /* microseconds */
	case 0xa1b23c4du: /* nanoseconds */
		f->big = false;
		return true;
	case 0xd4c3b2a1u:
	case 0x4d3cb2a1u:
		f->big = true;
		return true;
	case PCAPNG_SHB:
		f->kind = CAPFMT_PCAPNG;
		if (len < 12)
			return false;
		f->big = bytes_load32(p + 8, true) == PCAPNG_ORDER_MAGIC;
		return f->big || bytes_load32(p + 8, false) == PCAPNG_ORDER_MAGIC;
	default:
		return false;
	}
}

bool capfmt_header(struct capfmt *f, const uint8_t *p, size_t len, uint32_t max_snaplen,
    char reason[CAPFMT_REASON_MAX])
{
	struct capfmt next = {.max_snaplen = max_snaplen};
	bool ok;

	if (len < CAPFMT_PCAP_HEADER)
		return refuse(reason, "a link header of %zu bytes", len);
	if (!recognise(&next, p, len)) {
		if (next.kind == CAPFMT_PCAPNG)
			return refuse(reason, "pcapng byte-order magic %02x%02x%02x%02x", p[8],
			    p[9], p[10], p[11]);
		return refuse(reason, "magic number %02x%02x%02x%02x is neither pcap nor pcapng",
		    p[0], p[1], p[2], p[3]);
	}
	ok = next.kind == CAPFMT_PCAP ? pcap_header(&next, p, len, reason)
				      : pcapng_header(&next, p, len, reason);
	if (ok)
		*f = next;
	return ok;
}

bool capfmt_data(struct capfmt *f, const uint8_t *p, size_t len, struct capfmt_data *out,
    char reason[CAPFMT_REASON_MAX])
{
	if (len == 0)
		return refuse(reason, "an empty data frame");
	if (f->kind == CAPFMT_PCAPNG)
		return pcapng_data(f, p, len, out, reason);
	*out = (struct capfmt_data){.packets = 1};
	return pcap_record(f, p, len, reason);
}

void capfmt_begins_each(struct capfmt *f)
{
	f->each_not_wireshark = f->not_wireshark;
}

void capfmt_next_file(struct capfmt *f)
{
	f->not_wireshark = f->each_not_wireshark;
}

size_t capfmt_whole(const struct capfmt *f, const uint8_t *p, size_t len, uint64_t *packets)
{
	size_t at = 0, n;
	uint64_t count = 0;

	for (; len - at >= PCAPNG_BLOCK_MIN; at += n) {
		if (f->kind == CAPFMT_PCAPNG) {
			char unused[CAPFMT_REASON_MAX];
			struct pcapng_block b;

			if (!pcapng_block(&b, f->big, p + at, len - at, unused))
				break;
			n = b.total;
			count += pcapng_is_packet(b.type);
		} else {
			if (len - at < CAPFMT_RECORD_HEADER)
				break;
			n = CAPFMT_RECORD_HEADER + (size_t)pcap_caplen(f, p + at);
			if (n > len - at)
				break;
			count++;
		}
	}
	if (packets)
		*packets += count;
	return at;
}

bool capfmt_is_beginning(const struct capfmt *f, const uint8_t *p, size_t len, size_t max)
{
	size_t record;

	if (f->kind == CAPFMT_PCAPNG)
		return pcapng_is_beginning(p, len, max, f->big);
	if (len < CAPFMT_RECORD_HEADER)
		return true;
	record = CAPFMT_RECORD_HEADER + (size_t)pcap_caplen(f, p);
	return record > len && record <= max;
}

bool capfmt_is_header_beginning(const uint8_t *p, size_t len, size_t max)
{
	static const uint8_t starts[][4] = {{0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4},
	    {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d}, {0x0a, 0x0d, 0x0d, 0x0a}};
	size_t n = len < 4 ? len : 4;
	struct capfmt f;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (memcmp(p, starts[i], n) != 0)
			continue;
		if (len < 12)
			return true;
		if (!recognise(&f, p, len))
			return false;
		return f.kind == CAPFMT_PCAP ? len < CAPFMT_PCAP_HEADER
					     : pcapng_is_beginning(p, len, max, f.big);
	}
	return false;
}

const char *capfmt_link_name(uint32_t link_type)
{
	static const struct {
		uint32_t type;
		const char *name;
	} names[] = {
	    {0, "NULL"},
	    {1, "EN10MB"},
	    {9, "PPP"},
	    {12, "RAW"},
	    {101, "RAW"},
	    {105, "IEEE802_11"},
	    {108, "LOOP"},
	    {113, "LINUX_SLL"},
	    {127, "IEEE802_11_RADIO"},
	    {140, "MTP2"},
	    {141, "MTP3"},
	    {142, "SCCP"},
	    {177, "LINUX_LAPD"},
	    {217, "GSMTAP_UM"},
	    {218, "GSMTAP_ABIS"},
	    {228, "IPV4"},
	    {229, "IPV6"},
	    {249, "USBPCAP"},
	    {276, "LINUX_SLL2"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].type == link_type)
			return names[i].name;
	return NULL;
}
