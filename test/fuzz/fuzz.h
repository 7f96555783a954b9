/* fuzz: what the fuzz targets share: the entry that libFuzzer, AFL++ and main.c call, an oracle
 * that ends the process, random numbers that the input seeds, and who judges a file: libpcap, or
 * the walk. */
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

/* The walk of pcapng by lengths alone, which every reader does: it ends where the file ends, and
 * meets so many packets. A section may change the byte order. */
static inline void walk_finds(const uint8_t *p, size_t len, uint64_t packets)
{
	uint64_t n = 0;
	bool big = false;

	for (size_t at = 0; at < len;) {
		uint32_t type, total;

		MUST(len - at >= 12, "%zu bytes behind the last block", len - at);
		if (is_pcapng(p + at, len - at))
			big = p[at + 8] == 0x1a;
		type = bytes_load32(p + at, big);
		total = bytes_load32(p + at + 4, big);
		MUST(
		    total >= 12 && total % 4 == 0 && total <= len - at, "block of %u bytes", total);
		MUST(bytes_load32(p + at + total - 4, big) == total, "another length behind it");
		n += type == 2 || type == 3 || type == 6;
		at += total;
	}
	MUST(n == packets, "the walk finds %llu packets of %llu", (unsigned long long)n,
	    (unsigned long long)packets);
}

static inline void readers_find(const uint8_t *p, size_t len, uint64_t packets)
{
	if (is_pcapng(p, len))
		walk_finds(p, len, packets);
	else
		libpcap_reads(p, len, packets);
}

#endif
