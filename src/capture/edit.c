/* edit: see edit.h. */
#include "capture/edit.h"

#include <string.h>

uint32_t edit_snaplen(uint8_t *p, uint32_t limit, bool big)
{
	uint32_t snaplen = bytes_load32(p, big);

	if (snaplen != 0 && snaplen <= limit)
		return snaplen;
	bytes_store32(p, limit, big);
	return limit;
}

enum edit_result edit_pcap(const struct edit *e, const struct pcap *h, uint8_t *p, size_t *len)
{
	size_t caplen = *len - PCAP_RECORD, keep = caplen;

	if (e->record < PCAP_RECORD)
		return EDIT_NEVER;
	if (keep > e->snaplen)
		keep = e->snaplen;
	if (keep > e->record - PCAP_RECORD)
		keep = e->record - PCAP_RECORD;
	if (keep == caplen)
		return EDIT_SAME;
	pcap_set_caplen(h, p, (uint32_t)keep);
	*len = PCAP_RECORD + keep;
	return EDIT_CUT;
}

/* Ends a block that now has `body` bytes before its second length field. */
static enum edit_result close_block(uint8_t *p, size_t body, bool big, size_t *len)
{
	*len = body + 4;
	bytes_store32(p + 4, (uint32_t)*len, big);
	bytes_store32(p + body, (uint32_t)*len, big);
	return EDIT_CUT;
}

static enum edit_result simple(const struct edit *e, const struct pcapng_block *b,
    const struct pcapng_packet *k, uint8_t *p, size_t *len)
{
	uint32_t keep = k->caplen;
	size_t padded;

	if (e->simple != 0 && keep > e->simple)
		keep = e->simple;
	padded = (size_t)pcapng_padded(keep);
	/* cut further, the block would contradict what readers derive */
	if (PCAPNG_SIMPLE_MIN + padded > e->record)
		return EDIT_NEVER;
	if (keep == k->caplen && *len <= e->record)
		return EDIT_SAME;
	memset(p + PCAPNG_AT_SIMPLE_DATA + keep, 0, padded - keep);
	return close_block(p, PCAPNG_AT_SIMPLE_DATA + padded, b->big, len);
}

enum edit_result edit_packet(const struct edit *e, const struct pcapng_block *b,
    const struct pcapng_packet *k, uint8_t *p, size_t *len)
{
	size_t fixed = PCAPNG_PACKET_MIN + k->options_len, keep = k->caplen, padded, was;

	if (b->type == PCAPNG_SIMPLE)
		return simple(e, b, k, p, len);
	if (fixed > e->record)
		return EDIT_NEVER;
	if (keep > e->snaplen)
		keep = e->snaplen;
	if (keep > ((e->record - fixed) & ~(size_t)3))
		keep = (e->record - fixed) & ~(size_t)3;
	if (keep == k->caplen)
		return EDIT_SAME;
	padded = (size_t)pcapng_padded(keep);
	was = (size_t)pcapng_padded(k->caplen);
	bytes_store32(p + PCAPNG_AT_CAPLEN, (uint32_t)keep, b->big);
	memset(p + PCAPNG_AT_DATA + keep, 0, padded - keep);
	memmove(p + PCAPNG_AT_DATA + padded, p + PCAPNG_AT_DATA + was, k->options_len);
	return close_block(p, PCAPNG_AT_DATA + padded + k->options_len, b->big, len);
}
