/* send_cut: makes records small enough, for the snapshot length asked for and for a frame.
 *
 * Decides what is cut, skipped or refused, and counts it; reading the structure is capture/pcap.h's
 * and pcapng.h's, cutting capture/edit.h's. Pure: works in place on memory of the caller, which
 * must be writable; never makes anything longer; allocates nothing. What needs no change is not
 * touched, not even a padding byte. Of a packet only its last bytes go: its original length, time
 * and options stay. Refuses to know where records come from and where they go.
 *
 * Lengths are bytes. Fields are in the byte order of the file or section that the header began. */
#ifndef SEND_FIT_H
#define SEND_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/edit.h"
#include "capture/format.h"

#define SEND_SNAPLEN_DEFAULT 9000u
#define SEND_SNAPLEN_MAX     262144u

enum send_fit {
	SEND_FITS,      /* can be sent as it is now */
	SEND_SKIP,      /* cannot be framed whatever is cut off; counted as skipped */
	SEND_MALFORMED, /* contradicts itself or its header; `why` says how */
};

struct send_cut {
	struct edit edit;     /* its snaplen: the longest packet, 1..SEND_SNAPLEN_MAX */
	struct format format; /* of the current header, as it stands in the input */
	uint64_t cut, skipped;
	uint64_t bare; /* blocks of this section so far, while it has no interface */
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
