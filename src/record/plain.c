/* plain: see plain.h.
 *
 * Each loop has its own function for each format, and asks for little, so that all of it is in
 * registers. */
#include "record/plain.h"

#include <string.h>

#include "capture/frame.h"

typedef bool plain(const struct accept *a, const uint8_t *p, size_t len);
typedef enum sift_verdict verdict(
    const struct sift *f, const struct accept *a, const uint8_t *p, size_t len);

/* Frames of `left` bytes fit where there is room for `left`. */
__attribute__((always_inline)) static inline size_t take(const struct accept *a, const uint8_t *buf,
    size_t len, struct pending *p, uint64_t left, plain *is_plain, struct plain *n)
{
	const struct accept accept = *a;
	const uint8_t *in = buf, *end = buf + (left < len ? left : len);
	uint8_t *start = p->data + p->len, *out = start;
	struct frame f;

	while (end - in >= FRAME_HEADER && *in == FRAME_LINK_DATA &&
	       frame_next(in, (size_t)(end - in), &f) == FRAME_OK &&
	       is_plain(&accept, f.payload, f.len)) {
		memmove(out, f.payload, f.len);
		out += f.len;
		in = f.payload + f.len;
	}
	n->bytes = (uint64_t)(out - start);
	n->frames = ((uint64_t)(in - buf) - n->bytes) / FRAME_HEADER;
	p->len += n->bytes;
	p->packets += n->frames;
	return (size_t)(in - buf);
}

/* The same with a filter: what it drops needs no room. */
__attribute__((always_inline)) static inline size_t take_matching(const struct accept *a,
    const struct sift *sift, const uint8_t *buf, size_t len, struct pending *p, uint64_t left,
    plain *is_plain, verdict *judge, struct plain *n)
{
	const uint8_t *in = buf, *end = buf + len;
	uint8_t *out = p->data + p->len;
	enum sift_verdict v;
	struct frame f;

	while (end - in >= FRAME_HEADER && *in == FRAME_LINK_DATA &&
	       frame_next(in, (size_t)(end - in), &f) == FRAME_OK &&
	       is_plain(a, f.payload, f.len) &&
	       (v = judge(sift, a, f.payload, f.len)) != SIFT_REFUSE) {
		if (v == SIFT_KEEP) {
			if (f.len > left)
				break;
			memmove(out, f.payload, f.len);
			out += f.len;
			left -= f.len;
			p->packets++;
		} else {
			n->dropped++;
		}
		n->frames++;
		n->bytes += f.len;
		in = f.payload + f.len;
	}
	p->len = (size_t)(out - p->data);
	return (size_t)(in - buf);
}

size_t plain_records(const struct accept *a, const uint8_t *buf, size_t len, struct pending *p,
    uint64_t left, struct plain *n)
{
	return take(a, buf, len, p, left, accept_plain_record, n);
}

size_t plain_blocks(const struct accept *a, const uint8_t *buf, size_t len, struct pending *p,
    uint64_t left, struct plain *n)
{
	return take(a, buf, len, p, left, accept_plain_block, n);
}

size_t plain_filtered(const struct accept *a, const struct sift *sift, const uint8_t *buf,
    size_t len, struct pending *p, uint64_t left, struct plain *n)
{
	if (accept_has_plain_records(a))
		return take_matching(
		    a, sift, buf, len, p, left, accept_plain_record, sift_plain_record, n);
	if (accept_has_plain_blocks(a))
		return take_matching(
		    a, sift, buf, len, p, left, accept_plain_block, sift_plain_block, n);
	return 0;
}
