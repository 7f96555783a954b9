/* fuzz: what the fuzz targets share: the entry that libFuzzer, AFL++ and main.c call, an oracle
 * that ends the process, random numbers that the input seeds, and libpcap as the judge. */
#ifndef FUZZ_H
#define FUZZ_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define MUST(cond, ...)                                                                            \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #cond);         \
			fprintf(stderr, __VA_ARGS__);                                              \
			fprintf(stderr, "\n");                                                     \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* xorshift32: the same from the same input. */
static inline uint32_t fuzz_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* ---- a capture file as its readers see it, without any code of the server's decoder ---- */

static inline bool is_pcapng(const uint8_t *p, size_t len)
{
	return len >= 12 && memcmp(p, "\n\r\r\n", 4) == 0;
}

/* Interfaces that are not alike to libpcap: those that differ, and two of a link type that it
 * numbers otherwise inside. Only Wireshark reads such a file. */
static inline bool interfaces_differ(const uint8_t *p, size_t len)
{
	bool big = p[8] == 0x1a;
	const uint8_t *first = NULL;

	for (size_t at = 0; at + 12 <= len; at += bytes_load32(p + at + 4, big)) {
		const uint8_t *body = p + at + 8;
		uint16_t link = bytes_load16(body, big);

		if (bytes_load32(p + at, big) != 1)
			continue;
		if (first && (memcmp(first, body, 2) != 0 || memcmp(first + 4, body + 4, 4) != 0 ||
				 (link >= 100 && link <= 103) || link == 106))
			return true;
		if (!first)
			first = body;
	}
	return false;
}

/* libpcap reads all of it, and finds so many packets. */
static inline void libpcap_reads(const uint8_t *p, size_t len, uint64_t packets)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	FILE *f = fmemopen((void *)(uintptr_t)p, len, "r");
	pcap_t *in = f ? pcap_fopen_offline(f, why) : NULL;
	struct pcap_pkthdr *header;
	const u_char *packet;
	uint64_t n = 0;
	int got;

	MUST(in, "libpcap: %s", why);
	while ((got = pcap_next_ex(in, &header, &packet)) == 1)
		n++;
	MUST(got == PCAP_ERROR_BREAK, "libpcap, packet %llu: %s", (unsigned long long)n + 1,
	    pcap_geterr(in));
	MUST(n == packets, "libpcap finds %llu packets of %llu", (unsigned long long)n,
	    (unsigned long long)packets);
	pcap_close(in);
}

#endif
