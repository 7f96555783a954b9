/* send_cut: see fit.h. */
#include "send/fit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/bytes.h"
#include "capture/frame.h"

__attribute__((format(printf, 2, 3))) static bool refuse(struct send_cut *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	return false;
}

void send_cut_init(struct send_cut *c, uint32_t limit)
{
	*c = (struct send_cut){.edit = {.snaplen = limit, .record = FRAME_PAYLOAD_MAX}};
}

/* ---- headers ---- */

static bool interface_block(struct send_cut *c, const struct pcapng_block *b, uint8_t *data)
{
	struct pcapng_interface i;
	uint32_t snaplen;

	/* One left out would renumber those behind it, so too long is not merely skipped. */
	if (b->total > FRAME_PAYLOAD_MAX || !pcapng_read_interface(&i, b))
		return refuse(c, "interface description of %" PRIu32 " bytes", b->total);
	snaplen = edit_snaplen(data + PCAPNG_AT_SNAPLEN, c->edit.snaplen, b->big);
	if (c->format.section.interfaces == 0)
		c->edit.simple = snaplen;
	pcapng_add_interface(&c->format.section, &i);
	c->bare = 0;
	return true;
}

static bool section(struct send_cut *c, uint8_t *data, size_t len)
{
	struct pcapng *s = &c->format.section;
	struct pcapng_block b;

	c->bare = 0;
	c->format.kind = FORMAT_PCAPNG;
	for (size_t at = 0; at < len; at += b.total) {
		if (pcapng_read_block(&b, data + at, len - at, s->big) != PCAPNG_OK)
			return refuse(c, "blocks do not add up to the link header");
		if (at == 0) {
			if (!pcapng_read_section(s, &b))
				return refuse(c, "section header of %" PRIu32 " bytes", b.total);
			continue;
		}
		if (b.type != PCAPNG_INTERFACE)
			return refuse(c, "block of type %" PRIu32 " in the link header", b.type);
		if (!interface_block(c, &b, data + at))
			return false;
	}
	return true;
}

bool send_cut_header(struct send_cut *c, uint8_t *data, size_t len)
{
	if (len > FRAME_PAYLOAD_MAX)
		return refuse(c, "link header of %zu bytes does not fit a frame", len);
	if (len >= PCAPNG_BLOCK_MIN && bytes_load32(data, true) == PCAPNG_SECTION)
		return section(c, data, len);
	c->bare = 0;
	c->format.kind = FORMAT_PCAP;
	if (len != PCAP_HEADER || !pcap_read_header(&c->format.pcap, data))
		return refuse(c, "neither a pcap nor a pcapng header");
	edit_snaplen(data + PCAP_SNAPLEN, c->edit.snaplen, c->format.pcap.big);
	return true;
}

/* ---- records ---- */

static enum send_fit counted(struct send_cut *c, enum edit_result result)
{
	c->cut += result == EDIT_CUT;
	c->skipped += result == EDIT_NEVER;
	return result == EDIT_NEVER ? SEND_SKIP : SEND_FITS;
}

static enum send_fit pcap_record(struct send_cut *c, uint8_t *data, size_t *len)
{
	const struct pcap *h = &c->format.pcap;

	if (*len < PCAP_RECORD || pcap_caplen(h, data) != *len - PCAP_RECORD) {
		refuse(c, "record of %zu bytes contradicts its captured length", *len);
		return SEND_MALFORMED;
	}
	return counted(c, edit_pcap(&c->edit, h, data, len));
}

static enum send_fit packet(
    struct send_cut *c, const struct pcapng_block *b, uint8_t *data, size_t *len)
{
	const struct pcapng *s = &c->format.section;
	struct pcapng_packet k;

	switch (pcapng_read_packet(&k, s, b)) {
	case PCAPNG_PACKET_OK:
		return counted(c, edit_packet(&c->edit, b, &k, data, len));
	case PCAPNG_PACKET_INTERFACE:
		refuse(c, "packet of interface %" PRIu32 ", but its section has declared %" PRIu32,
		    k.interface, s->interfaces);
		break;
	case PCAPNG_PACKET_SHORT:
	case PCAPNG_PACKET_CAPLEN:
		refuse(c, "%spacket block of %zu bytes is too short for its packet",
		    b->type == PCAPNG_SIMPLE ? "simple " : "", *len);
		break;
	}
	return SEND_MALFORMED;
}

enum send_fit send_cut_record(struct send_cut *c, uint8_t *data, size_t *len)
{
	struct pcapng_block b;

	if (c->format.kind == FORMAT_PCAP)
		return pcap_record(c, data, len);
	if (pcapng_read_block(&b, data, *len, c->format.section.big) != PCAPNG_OK ||
	    b.total != *len) {
		refuse(c, "block of %zu bytes contradicts its length", *len);
		return SEND_MALFORMED;
	}
	if (pcapng_is_packet_type(b.type))
		return packet(c, &b, data, len);
	if (b.type == PCAPNG_INTERFACE && !interface_block(c, &b, data))
		return SEND_MALFORMED;
	c->bare += c->format.section.interfaces == 0;
	return counted(c, *len <= FRAME_PAYLOAD_MAX ? EDIT_SAME : EDIT_NEVER);
}
