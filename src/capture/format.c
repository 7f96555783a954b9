/* format: see format.h. */
#include "capture/format.h"

#include <string.h>

static enum format_status more(struct format_record *r, size_t need)
{
	r->need = need;
	return FORMAT_MORE;
}

static enum format_status bad(struct format_record *r, const char *why)
{
	r->why = why;
	return FORMAT_BAD;
}

enum format_status format_begin(
    struct format *f, const uint8_t *p, size_t len, size_t *header, struct format_record *r)
{
	*f = (struct format){.kind = FORMAT_PCAP};
	*r = (struct format_record){0};
	*header = 0;
	if (len < 4)
		return more(r, 4);
	if (bytes_load32(p, true) == PCAPNG_SECTION) {
		f->kind = FORMAT_PCAPNG;
		return FORMAT_WHOLE;
	}
	if (pcap_read_magic(p, &f->pcap.big) == PCAP_UNKNOWN)
		return bad(r, "neither pcap nor pcapng");
	if (len < PCAP_HEADER)
		return more(r, PCAP_HEADER);
	if (!pcap_read_header(&f->pcap, p))
		return bad(r, "an unknown version of pcap");
	*header = PCAP_HEADER;
	return FORMAT_WHOLE;
}

static enum format_status next_pcap(
    const struct format *f, const uint8_t *p, size_t len, struct format_record *r)
{
	size_t header = PCAP_RECORD + f->pcap.more;
	struct pcap_record k;

	if (len < header)
		return more(r, header);
	k = pcap_read_record(&f->pcap, p);
	if (len - header < k.caplen)
		return more(r, header + (size_t)k.caplen);
	*r = (struct format_record){
	    .what = FORMAT_PACKET,
	    .len = header + (size_t)k.caplen,
	    .timed = true,
	    .time_ns = k.time_ns,
	    .caplen = k.caplen,
	    .original = k.original,
	    .link_type = f->pcap.link_type,
	    .data = p + header,
	};
	return FORMAT_WHOLE;
}

static enum format_status packet(
    const struct pcapng *s, const struct pcapng_block *b, struct format_record *r)
{
	const struct pcapng_interface *i;
	struct pcapng_packet k;

	r->what = FORMAT_PACKET;
	switch (pcapng_read_packet(&k, s, b)) {
	case PCAPNG_PACKET_SHORT:
		return bad(r, "a packet block that is too short");
	case PCAPNG_PACKET_INTERFACE:
		return bad(r, "a packet of an interface that is not described");
	case PCAPNG_PACKET_CAPLEN:
		return bad(r, "a captured length that does not fit its block");
	case PCAPNG_PACKET_OK:
		break;
	}
	i = pcapng_find_interface(s, k.interface);
	r->timed = k.stamped && i;
	r->time_ns = r->timed ? pcapng_time_ns(&i->clock, k.ticks) : 0;
	r->interface = k.interface;
	r->link_type = i ? i->link_type : FORMAT_LINK_UNKNOWN;
	r->caplen = k.caplen;
	r->original = k.original;
	r->data = k.data;
	return FORMAT_WHOLE;
}

static enum format_status block(
    struct pcapng *s, const struct pcapng_block *b, struct format_record *r)
{
	struct pcapng_interface i;

	if (pcapng_is_packet_type(b->type))
		return packet(s, b, r);
	switch (b->type) {
	case PCAPNG_SECTION:
		r->what = FORMAT_SECTION;
		if (!pcapng_read_section(s, b))
			return bad(r, "a Section Header Block that is too short");
		if (s->major != 1)
			return bad(r, "an unknown version of pcapng");
		return FORMAT_WHOLE;
	case PCAPNG_INTERFACE:
		r->what = FORMAT_INTERFACE;
		/* left out it would renumber those behind it */
		if (!pcapng_read_interface(&i, b))
			return bad(r, "an Interface Description Block that is too short");
		pcapng_add_interface(s, &i);
		return FORMAT_WHOLE;
	default:
		r->what = b->type == PCAPNG_SECRETS ? FORMAT_SECRETS : FORMAT_OTHER;
		return FORMAT_WHOLE;
	}
}

enum format_status format_next(
    struct format *f, const uint8_t *p, size_t len, struct format_record *r)
{
	struct pcapng_block b;
	enum format_status st;

	*r = (struct format_record){0};
	if (f->kind == FORMAT_PCAP)
		return next_pcap(f, p, len, r);
	switch (pcapng_read_block(&b, p, len, f->section.big)) {
	case PCAPNG_MORE:
		return more(r, b.total);
	case PCAPNG_LENGTH:
		return bad(r, "a block with an impossible length");
	case PCAPNG_TRAILER:
		return bad(r, "a block with two different lengths");
	case PCAPNG_MAGIC:
		return bad(r, "a Section Header Block without a byte-order magic");
	case PCAPNG_OK:
		break;
	}
	st = block(&f->section, &b, r);
	if (st == FORMAT_WHOLE || r->what == FORMAT_PACKET)
		r->len = b.total;
	return st;
}

size_t format_whole(const struct format *f, const uint8_t *p, size_t len, uint64_t *packets)
{
	size_t header = PCAP_RECORD + f->pcap.more, at = 0;

	for (;;) {
		struct pcapng_block b;
		uint32_t caplen;

		if (f->kind == FORMAT_PCAPNG) {
			if (pcapng_read_block(&b, p + at, len - at, f->section.big) != PCAPNG_OK)
				break;
			at += b.total;
			if (packets)
				*packets += pcapng_is_packet_type(b.type);
			continue;
		}
		if (len - at < header)
			break;
		caplen = pcap_caplen(&f->pcap, p + at);
		if (len - at - header < caplen)
			break;
		at += header + (size_t)caplen;
		if (packets)
			(*packets)++;
	}
	return at;
}

static bool is_block_beginning(const uint8_t *p, size_t len, size_t max, bool big)
{
	struct pcapng_block b;

	return pcapng_read_block(&b, p, len, big) == PCAPNG_MORE && (len < 8 || b.total <= max);
}

bool format_is_beginning(const struct format *f, const uint8_t *p, size_t len, size_t max)
{
	size_t header = PCAP_RECORD + f->pcap.more, whole;

	if (f->kind == FORMAT_PCAPNG)
		return is_block_beginning(p, len, max, f->section.big);
	if (len < header)
		return true;
	whole = header + (size_t)pcap_caplen(&f->pcap, p);
	return whole > len && whole <= max;
}

bool format_is_header_beginning(const uint8_t *p, size_t len, size_t max)
{
	static const uint8_t starts[][4] = {{0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4},
	    {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d}, {0x0a, 0x0d, 0x0d, 0x0a}};
	size_t n = len < 4 ? len : 4;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (memcmp(p, starts[i], n) == 0)
			return p[0] == 0x0a && len >= 4 ? is_block_beginning(p, len, max, false)
							: len < PCAP_HEADER;
	return false;
}
