/* send_convert: see convert.h. */
#include "send/convert.h"

#include <string.h>

#define MAJOR 2
#define MINOR 4

bool send_convert_ordinary(const struct pcap *h)
{
	return h->major == MAJOR && h->minor == MINOR && h->more == 0;
}

void send_convert_header(const struct pcap *h, uint8_t *p)
{
	if (h->magic == PCAP_MODIFIED)
		bytes_store32(p, PCAP_MAGIC, h->big);
	bytes_store16(p + 4, MAJOR, h->big);
	bytes_store16(p + 6, MINOR, h->big);
}

uint8_t *send_convert_record(const struct pcap *h, uint8_t *p, size_t *len)
{
	struct pcap_record k = pcap_read_record(h, p);

	memmove(p + h->more, p, 8); /* the time */
	p += h->more;
	*len -= h->more;
	bytes_store32(p + 8, k.caplen, h->big);
	bytes_store32(p + 12, k.original, h->big);
	return p;
}
