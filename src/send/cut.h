/* send_cut: makes records small enough, for the snapshot length asked for and for a frame.
 *
 * Pure: works in place on memory of the caller, which must be writable; never makes anything
 * longer; allocates nothing. What needs no change is not touched, not even a padding byte. Of a
 * packet only its last bytes go: its original length, time and options stay. Refuses to know
 * where records come from and where they go.
 *
 * Lengths are bytes. Fields are in the byte order of the file or section that the header began. */
#ifndef SEND_CUT_H
#define SEND_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame's length field has 16 bits. */
#define SEND_PAYLOAD_MAX     65535u
#define SEND_SNAPLEN_DEFAULT 9000u
#define SEND_SNAPLEN_MAX     262144u

enum send_fit {
	SEND_FITS,      /* can be sent as it is now */
	SEND_SKIP,      /* cannot be framed whatever is cut off; counted as skipped */
	SEND_MALFORMED, /* contradicts itself or its header; `why` says how */
};

struct send_cut {
	uint32_t limit; /* longest packet, 1..SEND_SNAPLEN_MAX */
	bool pcapng;
	bool big;            /* byte order of the current header */
	uint32_t interfaces; /* declared in the current section */
	/* The first interface's snapshot length in the input and as sent, 0 for no limit: a Simple
	 * Packet Block does not carry its captured length, readers derive it from these. */
	uint32_t first_was, first_is;
	uint64_t cut, skipped;
	char why[128];
};

void send_cut_init(struct send_cut *c, uint32_t limit);

/* A link header: the 24 bytes of a pcap file header, or a Section Header Block and the Interface
 * Description Blocks after it. Lowers each snapshot length that is above the limit or 0 (none).
 * False, with `why`, when it is neither. */
bool send_cut_header(struct send_cut *c, uint8_t *data, size_t len);

/* One pcap record with its record header, or one pcapng block, *len bytes of it. When it is cut,
 * *len becomes smaller and `cut` is counted. */
enum send_fit send_cut_record(struct send_cut *c, uint8_t *data, size_t *len);

#endif
