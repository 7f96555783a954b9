/* unread: see unread.h. */
#include "record/unread.h"

#include "capture/frame.h"

/* Frames of data. */
static uint64_t data_frames(const uint8_t *buf, size_t len)
{
	uint64_t n = 0;
	struct frame f;

	while (frame_next(buf, len, &f) == FRAME_OK) {
		n += f.type == FRAME_LINK_DATA;
		buf += FRAME_HEADER + f.len;
		len -= FRAME_HEADER + f.len;
	}
	return n;
}

/* How many packets of a payload the filter would keep. */
static uint64_t wanted(
    struct accept *a, struct sift *sift, bool header, uint8_t *payload, size_t len)
{
	char reason[ACCEPT_REASON_MAX]; /* it is of no matter any more */
	uint64_t packets = 0;
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		struct accept next = *a;
		struct accept_part part;

		if (!accept_either(&next, header && at == 0, payload + at, len - at, &part, reason))
			break;
		n = part.len;
		if (part.head ? !sift_begin(sift, &next, payload + at, n, reason)
			      : !sift_part(sift, a, payload + at, &part, reason))
			break;
		packets += part.packets;
		*a = next;
	}
	return packets;
}

uint64_t unread_packets(const struct accept *accepted, struct sift *sift, uint8_t *buf, size_t len)
{
	struct accept a = *accepted;
	uint64_t n = 0;
	struct frame f;

	if (!sift->table)
		return data_frames(buf, len);
	for (; frame_next(buf, len, &f) == FRAME_OK; len -= FRAME_HEADER + f.len) {
		n += wanted(&a, sift, f.type != FRAME_LINK_DATA, buf + FRAME_HEADER, f.len);
		buf += FRAME_HEADER + f.len;
	}
	return n;
}
