/* frame: the osmo-pcap wire frames (osmo-pcap-client 0.8.0; no standard describes them).
 *
 *   type u8 | spare u8, ignored | length u16, network byte order | payload
 *
 * Pure and without state: the caller keeps what is not yet a whole frame and asks again with
 * more bytes, so it does not matter how the stream was split. Refuses to look into payloads. */
#ifndef CAPTURE_FRAME_H
#define CAPTURE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define FRAME_HEADER      4
#define FRAME_PAYLOAD_MAX 65535
#define FRAME_MAX         (FRAME_HEADER + FRAME_PAYLOAD_MAX)

enum frame_type {
	FRAME_LINK_HEADER = 0,
	FRAME_LINK_DATA = 1
};

enum frame_status {
	FRAME_OK,   /* *out is a whole frame */
	FRAME_MORE, /* a whole frame needs more bytes than there are */
	FRAME_BAD   /* no frame begins with these bytes; frame_reason() tells why */
};

struct frame {
	enum frame_type type;
	const uint8_t *payload; /* into the caller's bytes */
	size_t len;
};

/* The frame at the beginning of data. Inline: this is once a packet. */
static inline enum frame_status frame_next(const uint8_t *data, size_t len, struct frame *out)
{
	if (len < FRAME_HEADER)
		return FRAME_MORE;
	if (data[0] > FRAME_LINK_DATA)
		return FRAME_BAD;
	out->type = (enum frame_type)data[0];
	out->payload = data + FRAME_HEADER;
	out->len = bytes_load16(data + 2, true);
	return len - FRAME_HEADER < out->len ? FRAME_MORE : FRAME_OK;
}

/* What bytes look like that are neither frames nor TLS (HTTP, SSH, a capture file, a PROXY header),
 * or NULL. */
const char *frame_looks_like(const uint8_t data[FRAME_HEADER]);

/* What is wrong with bytes that gave FRAME_BAD, and what they look like (HTTP, SSH, TLS, a capture
 * file). */
void frame_reason(const uint8_t data[FRAME_HEADER], char *out, size_t size);

#endif
