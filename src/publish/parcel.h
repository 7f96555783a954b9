/* parcel: what the process that reads a capture tells the one that publishes, through a pipe.
 *
 * A parcel is a head, in the byte order of the machine, and `len` bytes behind it. The reader of
 * the capture may have been taken over by it: whoever takes a parcel believes neither kind nor
 * length. Pure. */
#ifndef PUBLISH_PARCEL_H
#define PUBLISH_PARCEL_H

#include <stddef.h>
#include <stdint.h>

enum parcel_kind {
	PARCEL_HEAD = 1, /* the file header begins anew with these bytes */
	PARCEL_MORE,     /* they are appended to it */
	PARCEL_RECORD,   /* a record, as it stands in the file */
	PARCEL_TROUBLE,  /* no bytes: the rest of the capture cannot be read */
	PARCEL_KINDS
};

/* Of one parcel, and of the file header. A frame of a client has less than 64 KiB. */
#define PARCEL_MAX (1u << 20)

struct parcel {
	uint32_t kind; /* enum parcel_kind */
	uint32_t len;
};

enum parcel_status {
	PARCEL_WHOLE, /* *p; its bytes are behind it in buf */
	PARCEL_PART,  /* more is needed: *need bytes from the beginning of buf */
	PARCEL_WRONG
};

/* The parcel that buf begins with. */
enum parcel_status parcel_first(const uint8_t *buf, size_t len, struct parcel *p, size_t *need);

#endif
