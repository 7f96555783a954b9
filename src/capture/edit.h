/* edit: makes records smaller in place: to a snapshot length, and to what a frame can hold.
 *
 * Of a packet only its last bytes go: original length, time and options stay. What needs no change
 * is not touched, not even a padding byte, and nothing becomes longer. Refuses to look at records
 * that were not read without an error (pcap.h, pcapng.h) before. Pure; lengths are bytes. */
#ifndef CAPTURE_EDIT_H
#define CAPTURE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/pcap.h"
#include "capture/pcapng.h"

struct edit {
	uint32_t snaplen; /* most bytes of a packet */
	size_t record;    /* most bytes of a record or block, with its headers; SIZE_MAX: any */
	/* The snapshot length of interface 0 as it stands before the packets afterwards, 0: not
	 * limited. A simple packet does not carry its captured length, readers derive it from this
	 * one: so it is cut to it, and to nothing else. */
	uint32_t simple;
};

enum edit_result {
	EDIT_SAME,
	EDIT_CUT,  /* *len is smaller now */
	EDIT_NEVER /* longer than `record` whatever is cut off: left as it is */
};

/* A whole pcap record of *len bytes. */
enum edit_result edit_pcap(const struct edit *e, const struct pcap *h, uint8_t *p, size_t *len);

/* A whole block at p, *len bytes: b and k are what was read of it. */
enum edit_result edit_packet(const struct edit *e, const struct pcapng_block *b,
    const struct pcapng_packet *k, uint8_t *p, size_t *len);

/* Lowers the snapshot length in the field at p (pcap: PCAP_SNAPLEN of a file header, pcapng:
 * PCAPNG_AT_SNAPLEN of an interface) where it is above the limit, or 0, which is none. Returns what
 * stands there afterwards. */
uint32_t edit_snaplen(uint8_t *p, uint32_t limit, bool big);

#endif
