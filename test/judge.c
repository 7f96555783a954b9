/* judge: whether capture files can be read to their end, and how many packets are in each.
 * usage: judge FILE…
 *
 * Walks each file with the server's own reader (capture/format); and classic pcap with libpcap too,
 * which must find as many. Prints "FILE: N" or "FILE: what is wrong". Exit status 1 when anything
 * is wrong. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/format.h"

static uint8_t *content(const char *name, size_t *len)
{
	FILE *f = fopen(name, "rb");
	uint8_t *p = NULL;
	long size;

	*len = 0;
	if (f && fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) > 0 &&
	    fseek(f, 0, SEEK_SET) == 0) {
		p = malloc((size_t)size);
		*len = p ? fread(p, 1, (size_t)size, f) : 0;
	}
	if (f)
		fclose(f);
	return p;
}

/* NULL when the walk ends where the file ends. */
static const char *walk(const uint8_t *p, size_t len, unsigned long *packets, bool *pcap)
{
	struct format_record r;
	struct format f;
	size_t at;

	if (format_begin(&f, p, len, &at, &r) != FORMAT_WHOLE)
		return "no capture";
	*pcap = f.kind == FORMAT_PCAP;
	for (; at < len; at += r.len) {
		enum format_status st = format_next(&f, p + at, len - at, &r);

		if (st != FORMAT_WHOLE)
			return st == FORMAT_MORE ? "it ends within a record" : r.why;
		*packets += r.what == FORMAT_PACKET;
	}
	return NULL;
}

static const char *libpcap(const char *name, unsigned long packets)
{
	static char why[PCAP_ERRBUF_SIZE];
	pcap_t *in = pcap_open_offline(name, why);
	struct pcap_pkthdr *header;
	const u_char *packet;
	unsigned long n = 0;
	int got;

	if (!in)
		return why;
	while ((got = pcap_next_ex(in, &header, &packet)) == 1)
		n++;
	snprintf(why, sizeof(why), "libpcap finds %lu packets: %s", n, pcap_geterr(in));
	pcap_close(in);
	return got == PCAP_ERROR_BREAK && n == packets ? NULL : why;
}

int main(int argc, char **argv)
{
	int wrong = 0;

	for (int i = 1; i < argc; i++) {
		unsigned long packets = 0;
		bool pcap = false;
		size_t len;
		uint8_t *p = content(argv[i], &len);
		const char *why = walk(p, len, &packets, &pcap);

		if (!why && pcap)
			why = libpcap(argv[i], packets);
		if (why)
			printf("%s: %s\n", argv[i], why);
		else
			printf("%s: %lu\n", argv[i], packets);
		wrong += why != NULL;
		free(p);
	}
	return wrong > 0;
}
