/* bytes: a bounded cursor over received bytes.
 *
 * Every read checks the length first and fails for good once it would pass the end, so a
 * parser reads a whole structure and tests `failed` once. Refuses to cast memory to structs,
 * to allocate, and to know any format. The bytes belong to the caller. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at; /* next byte to read */
	size_t left;       /* bytes from `at` to the end */
	bool big;          /* multi-byte fields are big endian */
	bool failed;       /* a read went past the end; every later read gives 0 */
};

static inline uint16_t bytes_load16(const uint8_t *p, bool big)
{
	return big ? (uint16_t)((unsigned)p[0] << 8 | p[1])
		   : (uint16_t)((unsigned)p[1] << 8 | p[0]);
}

static inline uint32_t bytes_load32(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		   : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline void bytes_store16(uint8_t *p, uint16_t v, bool big)
{
	p[big ? 0 : 1] = (uint8_t)(v >> 8);
	p[big ? 1 : 0] = (uint8_t)v;
}

static inline void bytes_store32(uint8_t *p, uint32_t v, bool big)
{
	for (int i = 0; i < 4; i++)
		p[big ? 3 - i : i] = (uint8_t)(v >> (8 * i));
}

static inline uint64_t bytes_load64(const uint8_t *p, bool big)
{
	uint64_t high = bytes_load32(p + (big ? 0 : 4), big);

	return high << 32 | bytes_load32(p + (big ? 4 : 0), big);
}

static inline void bytes_store64(uint8_t *p, uint64_t v, bool big)
{
	bytes_store32(p + (big ? 0 : 4), (uint32_t)(v >> 32), big);
	bytes_store32(p + (big ? 4 : 0), (uint32_t)v, big);
}

struct bytes bytes_over(const void *data, size_t len, bool big);
uint16_t bytes_u16(struct bytes *b);
uint32_t bytes_u32(struct bytes *b);

/* Skips n bytes and returns where they began, or NULL when fewer are left. */
const uint8_t *bytes_take(struct bytes *b, size_t n);

#endif
