/* capfmt_pcapng: pcapng, see capfmt_parts.h. */
#include "capture/capfmt_parts.h"

#define OPT_IF_TSRESOL  9u
#define OPT_IF_TSOFFSET 14u

bool pcapng_block(
    struct pcapng_block *b, bool big, const uint8_t *p, size_t left, char reason[CAPFMT_REASON_MAX])
{
	uint32_t trailer;

	if (left < PCAPNG_BLOCK_MIN)
		return refuse(reason, "%zu bytes are too few for a pcapng block", left);
	b->type = bytes_load32(p, big);
	b->total = bytes_load32(p + 4, big);
	if (b->total < PCAPNG_BLOCK_MIN || b->total % 4 != 0)
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
	b->body_len = b->total - PCAPNG_BLOCK_MIN;
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

static bool section(struct capfmt *f, const struct pcapng_block *b, char reason[CAPFMT_REASON_MAX])
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
	if (!wireshark_options(b->type, b->body + 16, b->body_len - 16, f->big)) {
		f->not_wireshark = true;
		capfmt_note(reason, "a damaged option of the section");
	}
	return true;
}

/* Link types that libpcap knows under another number inside, by which it compares the second
 * interface with the first: two of them are never alike to it. */
static bool renumbered(uint32_t link_type)
{
	return (link_type >= 100 && link_type <= 103) || link_type == 106;
}

static bool interface(
    struct capfmt *f, const struct pcapng_block *b, char reason[CAPFMT_REASON_MAX])
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
		capfmt_note(reason, "%s", minds);
	}
	if (!wireshark_options(b->type, b->body + 8, b->body_len - 8, f->big)) {
		f->not_wireshark = f->each_not_wireshark = true; /* every later file has it, too */
		capfmt_note(reason, "a damaged option of interface %u", f->interfaces);
	}
	if (!wireshark_interface(f, link_type)) /* they differ, or there would be one run */
		return refuse(reason,
		    "interface %u begins one more than %d runs of link types that Wireshark looks "
		    "into",
		    f->interfaces, CAPFMT_RUNS);
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

/* Enhanced and obsolete Packet Blocks differ in the width of the interface number only. */
static bool packet(struct capfmt *f, const struct pcapng_block *b, char reason[CAPFMT_REASON_MAX])
{
	uint32_t number, caplen, used, link_type, header;

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
		capfmt_note(reason, "captured length %u is above the interface's snaplen %u",
		    caplen, f->first_snaplen);
	}
	/* libpcap never looks at the options of a packet, nor into it */
	used = 20 + ((caplen + 3u) & ~3u);
	if (used > b->body_len ||
	    !wireshark_options(b->type, b->body + used, b->body_len - used, f->big)) {
		f->not_wireshark = true;
		capfmt_note(
		    reason, "an option of a packet runs past its block or has a wrong length");
	}
	link_type = wireshark_link_type(f, number);
	if (!wireshark_packet(link_type, b->body + 20, caplen, &header)) {
		f->not_wireshark = true;
		capfmt_note(reason, "a packet of %u bytes without the header of link type %u",
		    caplen, link_type);
	}
	return true;
}

/* It has no captured length: that is the original one, cut to the snaplen of interface 0. */
static bool simple_packet(
    struct capfmt *f, const struct pcapng_block *b, char reason[CAPFMT_REASON_MAX])
{
	uint32_t caplen, link_type, header;

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
	/* Wireshark looks for the end of the block right behind the packet, whose header it reads
	 * without counting it */
	link_type = wireshark_link_type(f, 0);
	if (!wireshark_packet(link_type, b->body + 4, caplen, &header) ||
	    b->body_len != 4 + header + ((caplen + 3u) & ~3u)) {
		f->not_wireshark = true;
		capfmt_note(reason,
		    "a simple packet block of %u bytes with captured length %u, link type %u",
		    b->total, caplen, f->link_type);
	}
	return true;
}

/* The rule of capfmt.h, once a whole frame has been looked at. A reason that was found on the way
 * stands in the buffer. */
static bool readable(const struct capfmt *before, const struct capfmt *f, char *reason)
{
	if (!(f->mixed ? f->not_wireshark : f->not_libpcap))
		return true;
	if (f->mixed && !before->mixed && before->not_wireshark)
		capfmt_note(
		    reason, "an interface that differs, after blocks that only libpcap reads");
	return false;
}

bool pcapng_header(struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX])
{
	struct pcapng_block b;

	if (!pcapng_block(&b, f->big, p, len, reason) || !section(f, &b, reason))
		return false;
	for (p += b.total, len -= b.total; len > 0; p += b.total, len -= b.total) {
		if (!pcapng_block(&b, f->big, p, len, reason))
			return false;
		if (b.type != BLOCK_IDB)
			return refuse(reason,
			    "block type 0x%x in a link header, only interfaces may follow", b.type);
		if (!interface(f, &b, reason))
			return false;
	}
	capfmt_begins_each(f);
	return readable(f, f, reason);
}

bool pcapng_data(struct capfmt *f, const uint8_t *p, size_t len, struct capfmt_data *out,
    char reason[CAPFMT_REASON_MAX])
{
	struct capfmt next = *f;
	struct pcapng_block b;
	bool ok = true;

	*out = (struct capfmt_data){.only_interfaces = true};
	for (; len > 0; p += b.total, len -= b.total) {
		if (!pcapng_block(&b, f->big, p, len, reason))
			return false;
		out->only_interfaces = out->only_interfaces && b.type == BLOCK_IDB;
		switch (b.type) {
		case PCAPNG_SHB:
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
			if (!wireshark_block(&b, f->big)) {
				next.not_wireshark = true;
				capfmt_note(reason, "a damaged pcapng block of type 0x%x", b.type);
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

bool pcapng_is_packet(uint32_t type)
{
	return type == BLOCK_ENHANCED || type == BLOCK_PACKET || type == BLOCK_SIMPLE;
}

bool pcapng_is_beginning(const uint8_t *p, size_t len, size_t max, bool big)
{
	uint32_t total = len < 8 ? 0 : bytes_load32(p + 4, big);

	return len < 8 ||
	       (total >= PCAPNG_BLOCK_MIN && total % 4 == 0 && total > len && total <= max);
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
	while (len - *at >= PCAPNG_BLOCK_MIN) {
		size_t total = bytes_load32(p + *at + 4, f->big);

		if (bytes_load32(p + *at, f->big) == BLOCK_IDB)
			return total;
		*at += total;
	}
	return 0;
}
