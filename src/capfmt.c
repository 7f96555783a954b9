/* capfmt: see capfmt.h. */
#include "capfmt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_SHB      0x0a0d0d0au
#define BLOCK_IDB      1u
#define BLOCK_PACKET   2u /* obsolete */
#define BLOCK_SIMPLE   3u
#define BLOCK_ENHANCED 6u
#define BLOCK_NAMES    4u
#define BLOCK_STATS    5u
#define BLOCK_JOURNAL  9u
#define BLOCK_SECRETS  10u
#define BLOCK_SYSDIG   0x204u
#define BLOCK_SYSDIG2  0x216u
#define BLOCK_SYSDIG3  0x221u
#define BLOCK_CUSTOM   0x00000badu
#define BLOCK_CUSTOM2  0x40000badu /* not to be copied */
#define ORDER_MAGIC    0x1a2b3c4du
#define BLOCK_MIN      12u /* type, length, length */

#define OPT_END         0u
#define OPT_IF_TSRESOL  9u
#define OPT_IF_TSOFFSET 14u

__attribute__((format(printf, 2, 3))) static void note(
    char reason[CAPFMT_REASON_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, CAPFMT_REASON_MAX, fmt, ap);
	va_end(ap);
}

/* A macro, so that whoever reads the code, also a program, sees that it is false. */
#define refuse(...) (note(__VA_ARGS__), false)

/* ---- classic pcap ---- */

/* Where libpcap looks for the captured length: version 2.4 has it first, versions below 2.3 and
 * 543.0 second, and 2.3 had both (sf-pcap.c). Returns false for a version that it refuses. */
static bool pcap_version(uint16_t major, uint16_t minor, uint8_t *caplen_at)
{
	if ((major == 543 && minor == 0) || (major == 2 && minor < 3))
		*caplen_at = 12;
	else if (major == 2 && minor == 3)
		*caplen_at = 0;
	else if (major == 2 && minor == 4)
		*caplen_at = 8;
	else
		return false;
	return true;
}

static bool pcap_header(
    struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX])
{
	uint16_t major = bytes_load16(p + 4, f->big), minor = bytes_load16(p + 6, f->big);
	uint32_t snaplen;

	if (len != CAPFMT_PCAP_HEADER)
		return refuse(
		    reason, "a pcap header of %zu bytes, not %d", len, CAPFMT_PCAP_HEADER);
	if (!pcap_version(major, minor, &f->caplen_at))
		return refuse(reason, "pcap version %u.%u", major, minor);
	snaplen = bytes_load32(p + 16, f->big);
	if (snaplen > f->max_snaplen)
		return refuse(
		    reason, "snaplen %u is above max-snaplen %u", snaplen, f->max_snaplen);
	f->link_type = bytes_load32(p + 20, f->big);
	f->first_snaplen = snaplen;
	return true;
}

static uint32_t pcap_caplen(const struct capfmt *f, const uint8_t *record)
{
	uint32_t a, b;

	if (f->caplen_at)
		return bytes_load32(record + f->caplen_at, f->big);
	a = bytes_load32(record + 8, f->big);
	b = bytes_load32(record + 12, f->big);
	return a < b ? a : b;
}

static bool pcap_record(
    const struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX])
{
	uint32_t caplen;

	if (len < CAPFMT_RECORD_HEADER)
		return refuse(reason, "a pcap record of %zu bytes is shorter than its header", len);
	caplen = pcap_caplen(f, p);
	if (caplen != len - CAPFMT_RECORD_HEADER) {
		/* The frame length has 16 bits; osmo-pcap-client sends what is left of a longer
		 * one. */
		if (caplen > 65535 - CAPFMT_RECORD_HEADER &&
		    ((caplen + CAPFMT_RECORD_HEADER) & 0xffff) == len)
			return refuse(reason,
			    "a record of caplen %u does not fit a frame: lower the client's "
			    "snaplen",
			    caplen);
		return refuse(
		    reason, "record length %zu does not match its caplen %u", len, caplen);
	}
	if (caplen > f->max_snaplen)
		return refuse(reason, "caplen %u is above max-snaplen %u", caplen, f->max_snaplen);
	return true;
}

/* ---- pcapng ---- */

struct block {
	uint32_t type;
	uint32_t total; /* with type and both lengths */
	const uint8_t *body;
	uint32_t body_len;
};

/* The generic structure of a block: both lengths, alignment, and that it fits. */
static bool block_at(
    struct block *b, bool big, const uint8_t *p, size_t left, char reason[CAPFMT_REASON_MAX])
{
	uint32_t trailer;

	if (left < BLOCK_MIN)
		return refuse(reason, "%zu bytes are too few for a pcapng block", left);
	b->type = bytes_load32(p, big);
	b->total = bytes_load32(p + 4, big);
	if (b->total < BLOCK_MIN || b->total % 4 != 0)
		return refuse(reason, "pcapng block type 0x%x has an impossible length of %u",
		    b->type, b->total);
	if (b->total > left)
		return refuse(reason,
		    "pcapng block type 0x%x of %u bytes, but the frame has %zu left", b->type,
		    b->total, left);
	trailer = bytes_load32(p + b->total - 4, big);
	if (trailer != b->total)
		return refuse(reason, "pcapng block type 0x%x begins with length %u, ends with %u",
		    b->type, b->total, trailer);
	b->body = p + 8;
	b->body_len = b->total - BLOCK_MIN;
	return true;
}

/* Every option ends within its block. */
static bool options_fit(const uint8_t *p, uint32_t len, bool big)
{
	struct bytes b = bytes_over(p, len, big);

	while (b.left > 0 && !b.failed) {
		uint16_t code = bytes_u16(&b), n = bytes_u16(&b);

		bytes_take(&b, (n + 3u) & ~3u);
		if (code == OPT_END)
			break;
	}
	return !b.failed;
}

/* The options of an interface that libpcap looks at: it refuses time options that it does not
 * understand, either of them twice, and an end with a length (sf-pcapng.c). NULL when it is
 * content. */
static const char *libpcap_minds(const uint8_t *p, uint32_t len, bool big)
{
	struct bytes b = bytes_over(p, len, big);
	bool resolution = false, offset = false;

	while (b.left > 0 && !b.failed) {
		uint16_t code = bytes_u16(&b), n = bytes_u16(&b);
		const uint8_t *value = bytes_take(&b, (n + 3u) & ~3u);

		if (!value)
			break;
		if (code == OPT_END)
			return n == 0 ? NULL : "the end of an interface's options has a length";
		if (code == OPT_IF_TSRESOL) {
			if (n != 1 || resolution)
				return "an interface's time resolution has a wrong length or "
				       "stands twice";
			if (value[0] & 0x80 ? (value[0] & 0x7f) > 63 : value[0] > 19)
				return "an interface's time resolution is too high";
			resolution = true;
		} else if (code == OPT_IF_TSOFFSET) {
			if (n != 8 || offset)
				return "an interface's time offset has a wrong length or stands "
				       "twice";
			offset = true;
		}
	}
	return NULL;
}

static bool section(struct capfmt *f, const struct block *b, char reason[CAPFMT_REASON_MAX])
{
	uint16_t major, minor;

	if (b->body_len < 16)
		return refuse(reason, "a Section Header Block of %u bytes", b->total);
	major = bytes_load16(b->body + 4, f->big);
	minor = bytes_load16(b->body + 6, f->big);
	/* libpcap and Wireshark read 1.0, and 1.2 as the same */
	if (major != 1 || (minor != 0 && minor != 2))
		return refuse(reason, "pcapng version %u.%u", major, minor);
	if (!options_fit(b->body + 16, b->body_len - 16, f->big))
		return refuse(reason, "an option of the section runs past its block");
	return true;
}

/* Link types that libpcap knows under another number inside, by which it compares the second
 * interface with the first: two of them are never alike to it. */
static bool renumbered(uint32_t link_type)
{
	return (link_type >= 100 && link_type <= 103) || link_type == 106;
}

static bool interface(struct capfmt *f, const struct block *b, char reason[CAPFMT_REASON_MAX])
{
	uint32_t link_type, snaplen;
	const char *minds;

	if (b->body_len < 8)
		return refuse(reason, "an Interface Description Block of %u bytes", b->total);
	link_type = bytes_load16(b->body, f->big);
	snaplen = bytes_load32(b->body + 4, f->big);
	if (snaplen > f->max_snaplen)
		return refuse(reason, "interface %u has snaplen %u, above max-snaplen %u",
		    f->interfaces, snaplen, f->max_snaplen);
	if (!options_fit(b->body + 8, b->body_len - 8, f->big))
		return refuse(
		    reason, "an option of interface %u runs past its block", f->interfaces);
	minds = libpcap_minds(b->body + 8, b->body_len - 8, f->big);
	if (minds) {
		f->not_libpcap = true;
		note(reason, "%s", minds);
	}
	if (f->interfaces == 0) {
		f->link_type = link_type;
		f->first_snaplen = snaplen;
	} else if (link_type != f->link_type || snaplen != f->first_snaplen ||
		   renumbered(link_type)) {
		f->mixed = true;
	}
	f->interfaces++;
	return true;
}

/* libpcap never looks at the options of a packet; Wireshark wants those of a fixed length right. */
static bool packet_options_sound(const uint8_t *p, uint32_t len, bool big)
{
	static const uint8_t fixed[] = {[2] = 4, [4] = 8, [5] = 8, [6] = 4};
	struct bytes b = bytes_over(p, len, big);

	while (b.left > 0) {
		uint16_t code = bytes_u16(&b), n = bytes_u16(&b);

		if (!bytes_take(&b, (n + 3u) & ~3u))
			return false;
		if (code == OPT_END)
			return true;
		if (code < sizeof(fixed) && fixed[code] && n != fixed[code])
			return false;
		if (code == 7 && n == 0) /* a verdict has at least its type */
			return false;
	}
	return true;
}

/* Enhanced and obsolete Packet Blocks differ in the width of the interface number only. */
static bool packet(struct capfmt *f, const struct block *b, char reason[CAPFMT_REASON_MAX])
{
	uint32_t number, caplen, used;

	if (b->body_len < 20)
		return refuse(reason, "a packet block of %u bytes", b->total);
	number = b->type == BLOCK_ENHANCED ? bytes_load32(b->body, f->big)
					   : bytes_load16(b->body, f->big);
	caplen = bytes_load32(b->body + 12, f->big);
	if (f->interfaces == 0)
		return refuse(reason, "a packet before any interface");
	if (number >= f->interfaces)
		return refuse(reason, "a packet of interface %u, but only %u are described", number,
		    f->interfaces);
	if (caplen > b->body_len - 20)
		return refuse(
		    reason, "captured length %u in a packet block of %u bytes", caplen, b->total);
	if (caplen > f->max_snaplen)
		return refuse(
		    reason, "captured length %u is above max-snaplen %u", caplen, f->max_snaplen);
	if (f->first_snaplen != 0 && caplen > f->first_snaplen) {
		f->not_libpcap = true;
		note(reason, "captured length %u is above the interface's snaplen %u", caplen,
		    f->first_snaplen);
	}
	used = 20 + ((caplen + 3u) & ~3u);
	if (used > b->body_len ||
	    !packet_options_sound(b->body + used, b->body_len - used, f->big)) {
		f->not_wireshark = true;
		note(reason, "an option of a packet runs past its block or has a wrong length");
	}
	return true;
}

/* It has no captured length: that is the original one, cut to the snaplen of interface 0. */
static bool simple_packet(struct capfmt *f, const struct block *b, char reason[CAPFMT_REASON_MAX])
{
	uint32_t caplen;

	if (b->body_len < 4)
		return refuse(reason, "a simple packet block of %u bytes", b->total);
	if (f->interfaces == 0)
		return refuse(reason, "a packet before any interface");
	caplen = bytes_load32(b->body, f->big);
	if (f->first_snaplen != 0 && caplen > f->first_snaplen)
		caplen = f->first_snaplen;
	if (caplen > b->body_len - 4)
		return refuse(
		    reason, "captured length %u in a packet block of %u bytes", caplen, b->total);
	if (caplen > f->max_snaplen)
		return refuse(
		    reason, "captured length %u is above max-snaplen %u", caplen, f->max_snaplen);
	/* Wireshark looks for the end of the block right behind the packet */
	if (b->body_len != 4 + ((caplen + 3u) & ~3u)) {
		f->not_wireshark = true;
		note(reason, "a simple packet block of %u bytes with captured length %u", b->total,
		    caplen);
	}
	return true;
}

/* Blocks that carry no packets. libpcap passes over them; Wireshark refuses the file when they
 * are not what they should be (wiretap/pcapng.c). */
static bool other_is_sound(const struct capfmt *f, const struct block *b)
{
	struct bytes body = bytes_over(b->body, b->body_len, f->big);

	switch (b->type) {
	case BLOCK_NAMES:
		if (body.left < 4)
			return false;
		while (body.left > 0 && !body.failed) {
			uint16_t type = bytes_u16(&body), n = bytes_u16(&body);

			const uint8_t *record = bytes_take(&body, (n + 3u) & ~3u);

			if ((type == 1 && n < 5) || (type == 2 && n < 17))
				return false; /* an address and names */
			if ((type == 1 || type == 2) && record && record[n - 1] != 0)
				return false; /* the last has no end */
			if (type == 0)
				break;
		}
		return !body.failed && options_fit(body.at, (uint32_t)body.left, f->big);
	case BLOCK_STATS:
		return body.left >= 12 && options_fit(b->body + 12, b->body_len - 12, f->big);
	case BLOCK_SECRETS:
		return body.left >= 8 && bytes_load32(b->body + 4, f->big) <= body.left - 8;
	case BLOCK_JOURNAL: /* "__REALTIME_TIMESTAMP=" and more, without the filling */
		while (body.left > 0 && body.at[body.left - 1] == 0)
			body.left--;
		return body.left >= 23;
	case BLOCK_SYSDIG:
		return body.left >= 24;
	case BLOCK_SYSDIG2:
	case BLOCK_SYSDIG3:
		return body.left >= 28;
	case BLOCK_CUSTOM:
	case BLOCK_CUSTOM2:
		return body.left >= 4;
	default:
		return true;
	}
}

/* The rule of capfmt.h, once a whole frame has been looked at. A reason that was found on the way
 * stands in the buffer. */
static bool readable(const struct capfmt *before, const struct capfmt *f, char *reason)
{
	if (!(f->mixed ? f->not_wireshark : f->not_libpcap))
		return true;
	if (f->mixed && !before->mixed && before->not_wireshark)
		note(reason, "an interface that differs, after blocks that only libpcap reads");
	return false;
}

static bool pcapng_header(
    struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX])
{
	struct block b;

	if (!block_at(&b, f->big, p, len, reason) || !section(f, &b, reason))
		return false;
	for (p += b.total, len -= b.total; len > 0; p += b.total, len -= b.total) {
		if (!block_at(&b, f->big, p, len, reason))
			return false;
		if (b.type != BLOCK_IDB)
			return refuse(reason,
			    "block type 0x%x in a link header, only interfaces may follow", b.type);
		if (!interface(f, &b, reason))
			return false;
	}
	return readable(f, f, reason);
}

static bool pcapng_data(struct capfmt *f, const uint8_t *p, size_t len, struct capfmt_data *out,
    char reason[CAPFMT_REASON_MAX])
{
	struct capfmt next = *f;
	struct block b;
	bool ok = true;

	*out = (struct capfmt_data){.only_interfaces = true};
	for (; len > 0; p += b.total, len -= b.total) {
		if (!block_at(&b, f->big, p, len, reason))
			return false;
		out->only_interfaces = out->only_interfaces && b.type == BLOCK_IDB;
		switch (b.type) {
		case BLOCK_SHB:
			return refuse(reason, "a Section Header Block in a data frame");
		case BLOCK_IDB:
			ok = interface(&next, &b, reason);
			break;
		case BLOCK_ENHANCED:
		case BLOCK_PACKET:
			ok = packet(&next, &b, reason);
			out->packets++;
			break;
		case BLOCK_SIMPLE:
			ok = simple_packet(&next, &b, reason);
			out->packets++;
			break;
		default:
			if (!other_is_sound(&next, &b)) {
				next.not_wireshark = true;
				note(reason, "a damaged pcapng block of type 0x%x", b.type);
			}
		}
		if (!ok)
			return false;
	}
	if (!readable(f, &next, reason))
		return false;
	*f = next;
	return true;
}

/* ---- both ---- */

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
	case BLOCK_SHB:
		f->kind = CAPFMT_PCAPNG;
		if (len < 12)
			return false;
		f->big = bytes_load32(p + 8, true) == ORDER_MAGIC;
		return f->big || bytes_load32(p + 8, false) == ORDER_MAGIC;
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

static bool is_packet(uint32_t type)
{
	return type == BLOCK_ENHANCED || type == BLOCK_PACKET || type == BLOCK_SIMPLE;
}

size_t capfmt_whole(const struct capfmt *f, const uint8_t *p, size_t len, uint64_t *packets)
{
	size_t at = 0, n;
	uint64_t count = 0;

	for (; len - at >= BLOCK_MIN; at += n) {
		if (f->kind == CAPFMT_PCAPNG) {
			char unused[CAPFMT_REASON_MAX];
			struct block b;

			if (!block_at(&b, f->big, p + at, len - at, unused))
				break;
			n = b.total;
			count += is_packet(b.type);
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

static bool is_block_beginning(const uint8_t *p, size_t len, size_t max, bool big)
{
	uint32_t total = len < 8 ? 0 : bytes_load32(p + 4, big);

	return len < 8 || (total >= BLOCK_MIN && total % 4 == 0 && total > len && total <= max);
}

bool capfmt_is_beginning(const struct capfmt *f, const uint8_t *p, size_t len, size_t max)
{
	size_t record;

	if (f->kind == CAPFMT_PCAPNG)
		return is_block_beginning(p, len, max, f->big);
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
					     : is_block_beginning(p, len, max, f.big);
	}
	return false;
}

bool capfmt_only_interfaces(const struct capfmt *f, const uint8_t *p, size_t len)
{
	size_t at = 0, n;

	while (at < len) {
		size_t before = at;

		n = capfmt_next_interface(f, p, len, &at);
		if (n == 0 || at != before)
			return false;
		at += n;
	}
	return true;
}

size_t capfmt_next_interface(const struct capfmt *f, const uint8_t *p, size_t len, size_t *at)
{
	while (len - *at >= BLOCK_MIN) {
		size_t total = bytes_load32(p + *at + 4, f->big);

		if (bytes_load32(p + *at, f->big) == BLOCK_IDB)
			return total;
		*at += total;
	}
	return 0;
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
