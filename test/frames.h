/* frames: walks an osmo-pcap stream frame by frame, for the programs of the tests. A last frame
 * that is cut counts. */
#ifndef TEST_FRAMES_H
#define TEST_FRAMES_H

#include "bytebuf.h"

struct frame {
	int type; /* -1: there is no byte of it */
	const uint8_t *payload;
	size_t len;
};

/* The frame at *at, which is moved behind it. 0 at the end. */
static inline int frames_next(const struct bytebuf *stream, size_t *at, struct frame *f)
{
	size_t left = stream->len - *at, n;
	const uint8_t *p = stream->at + *at;

	if (left == 0)
		return 0;
	f->type = p[0];
	f->payload = p + 4;
	f->len = 0;
	if (left < 4) {
		*at = stream->len;
		return 1;
	}
	n = (size_t)p[2] << 8 | p[3];
	f->len = n < left - 4 ? n : left - 4;
	*at += 4 + f->len;
	return 1;
}

/* The K-th capture file that the stream must become: the payloads, a repeated link header left out.
 */
static inline void frames_capture(
    const struct bytebuf *stream, unsigned long k, struct bytebuf *file)
{
	struct frame f, head = {.len = 0};
	unsigned long now = 0;

	for (size_t at = 0; frames_next(stream, &at, &f);) {
		if (f.type == 0) {
			if (f.len == head.len && memcmp(f.payload, head.payload, f.len) == 0)
				continue;
			head = f;
			now++;
		}
		if (now == k)
			bytebuf_add(file, f.payload, f.len);
	}
}

#endif
