/* checksum: see checksum.h. */
#include "archive/checksum.h"

#include <string.h>

#include "base/bytes.h"

#define PRIME1 UINT64_C(0x9e3779b185ebca87)
#define PRIME2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME3 UINT64_C(0x165667b19e3779f9)
#define PRIME4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME5 UINT64_C(0x27d4eb2f165667c5)

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t mix(uint64_t lane, uint64_t input)
{
	return rotate(lane + input * PRIME2, 31) * PRIME1;
}

static uint64_t merge(uint64_t sum, uint64_t lane)
{
	return (sum ^ mix(0, lane)) * PRIME1 + PRIME4;
}

void checksum_begin(struct checksum *c)
{
	c->lane[0] = PRIME1 + PRIME2;
	c->lane[1] = PRIME2;
	c->lane[2] = 0;
	c->lane[3] = -PRIME1;
	c->total = c->filled = 0;
}

static void add_stripe(uint64_t lane[4], const uint8_t *p)
{
	for (size_t i = 0; i < 4; i++)
		lane[i] = mix(lane[i], bytes_load64(p + 8 * i, false));
}

void checksum_add(struct checksum *c, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (len == 0) /* of what may be NULL */
		return;
	c->total += len;
	if (c->filled > 0) {
		size_t n = CHECKSUM_STRIPE - c->filled < len ? CHECKSUM_STRIPE - c->filled : len;

		memcpy(c->rest + c->filled, p, n);
		c->filled += n;
		p += n;
		len -= n;
		if (c->filled < CHECKSUM_STRIPE)
			return;
		add_stripe(c->lane, c->rest);
	}
	for (; len >= CHECKSUM_STRIPE; p += CHECKSUM_STRIPE, len -= CHECKSUM_STRIPE)
		add_stripe(c->lane, p);
	c->filled = len;
	if (len > 0)
		memcpy(c->rest, p, len);
}

static uint64_t add_rest(uint64_t sum, const uint8_t *p, size_t len)
{
	for (; len >= 8; p += 8, len -= 8)
		sum = rotate(sum ^ mix(0, bytes_load64(p, false)), 27) * PRIME1 + PRIME4;
	if (len >= 4) {
		sum = rotate(sum ^ bytes_load32(p, false) * PRIME1, 23) * PRIME2 + PRIME3;
		p += 4;
		len -= 4;
	}
	for (; len > 0; p++, len--)
		sum = rotate(sum ^ *p * PRIME5, 11) * PRIME1;
	return sum;
}

static uint64_t merge_lanes(const uint64_t lane[4])
{
	uint64_t sum =
	    rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);

	for (size_t i = 0; i < 4; i++)
		sum = merge(sum, lane[i]);
	return sum;
}

uint32_t checksum_end(const struct checksum *c)
{
	uint64_t sum = c->total >= CHECKSUM_STRIPE ? merge_lanes(c->lane) : PRIME5;

	sum = add_rest(sum + c->total, c->rest, c->filled);
	sum = (sum ^ sum >> 33) * PRIME2;
	sum = (sum ^ sum >> 29) * PRIME3;
	return (uint32_t)(sum ^ sum >> 32);
}
