/* capfmt_pcap: classic pcap, see capfmt_parts.h. */
#include "capture/capfmt_parts.h"

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

bool pcap_header(struct capfmt *f, const uint8_t *p, size_t len, char reason[CAPFMT_REASON_MAX])
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

uint32_t pcap_caplen(const struct capfmt *f, const uint8_t *record)
{
	uint32_t a, b;

	if (f->caplen_at)
		return bytes_load32(record + f->caplen_at, f->big);
	a = bytes_load32(record + 8, f->big);
	b = bytes_load32(record + 12, f->big);
	return a < b ? a : b;
}

bool pcap_record(
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
