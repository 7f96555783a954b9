/* bytes: see bytes.h. */
#include "base/bytes.h"

struct bytes bytes_over(const void *data, size_t len, bool big)
{
	return (struct bytes){.at = data, .left = len, .big = big};
}

const uint8_t *bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *p = b->at;

	if (b->failed || n > b->left) {
		b->failed = true;
		return NULL;
	}
	b->at += n;
	b->left -= n;
	return p;
}

uint16_t bytes_u16(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);

	return p ? bytes_load16(p, b->big) : 0;
}

uint32_t bytes_u32(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);

	return p ? bytes_load32(p, b->big) : 0;
}
