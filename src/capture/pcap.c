/* pcap: see pcap.h. */
#include "capture/pcap.h"

#define CAPLEN_FIRST  8u
#define CAPLEN_SECOND 12u
#define MODIFIED_MORE 8u /* interface, protocol, packet type */

static enum pcap_magic known(uint32_t magic)
{
	switch (magic) {
	case PCAP_MAGIC:
		return PCAP_MICRO;
	case 0xa1b23c4du:
		return PCAP_NANO;
	case 0xa1b2cd34u:
		return PCAP_MODIFIED;
	default:
		return PCAP_UNKNOWN;
	}
}

enum pcap_magic pcap_read_magic(const uint8_t *p, bool *big)
{
	enum pcap_magic magic = known(bytes_load32(p, false));

	*big = magic == PCAP_UNKNOWN;
	return *big ? known(bytes_load32(p, true)) : magic;
}

/* False for a version that libpcap refuses. */
static bool lengths_of_version(struct pcap *h)
{
	if ((h->major == 543 && h->minor == 0) || (h->major == 2 && h->minor < 3))
		h->caplen_at = CAPLEN_SECOND;
	else if (h->major == 2 && h->minor == 3)
		h->caplen_at = 0;
	else if (h->major == 2 && h->minor == 4)
		h->caplen_at = CAPLEN_FIRST;
	else
		return false;
	return true;
}

bool pcap_read_header(struct pcap *h, const uint8_t *p)
{
	*h = (struct pcap){0};
	h->magic = pcap_read_magic(p, &h->big);
	h->major = bytes_load16(p + 4, h->big);
	h->minor = bytes_load16(p + 6, h->big);
	h->snaplen = bytes_load32(p + PCAP_SNAPLEN, h->big);
	/* the upper half of the field has the length of a frame check sequence */
	h->link_type = (uint16_t)bytes_load32(p + 20, h->big);
	h->more = h->magic == PCAP_MODIFIED ? MODIFIED_MORE : 0;
	return h->magic != PCAP_UNKNOWN && lengths_of_version(h);
}

struct pcap_record pcap_read_record(const struct pcap *h, const uint8_t *p)
{
	uint32_t caplen = pcap_caplen(h, p), first = bytes_load32(p + CAPLEN_FIRST, h->big),
		 second = bytes_load32(p + CAPLEN_SECOND, h->big);
	int64_t tick = h->magic == PCAP_NANO ? 1 : 1000;
	uint32_t original = h->caplen_at == CAPLEN_FIRST ? second : first;

	if (h->caplen_at == 0)
		original = first < second ? second : first;
	return (struct pcap_record){
	    .time_ns = (int64_t)bytes_load32(p, h->big) * 1000000000 +
		       (int64_t)bytes_load32(p + 4, h->big) * tick,
	    .caplen = caplen,
	    .original = original,
	};
}

void pcap_set_caplen(const struct pcap *h, uint8_t *p, uint32_t caplen)
{
	size_t at = h->caplen_at;

	if (at == 0)
		at = bytes_load32(p + CAPLEN_FIRST, h->big) <=
			     bytes_load32(p + CAPLEN_SECOND, h->big)
			 ? CAPLEN_FIRST
			 : CAPLEN_SECOND;
	bytes_store32(p + at, caplen, h->big);
}
