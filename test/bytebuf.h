/* bytebuf: bytes that grow at their end, for the programs of the tests. Ends the program when there
 * is no memory. */
#ifndef TEST_BYTEBUF_H
#define TEST_BYTEBUF_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytebuf {
	uint8_t *at;
	size_t len, size;
};

/* Room for n bytes more at the end, which the caller fills. */
static inline uint8_t *bytebuf_grow(struct bytebuf *b, size_t n)
{
	if (b->len + n > b->size) {
		b->size = 2 * (b->len + n) + 4096;
		b->at = realloc(b->at, b->size);
		if (!b->at) {
			fputs("out of memory\n", stderr);
			exit(1);
		}
	}
	b->len += n;
	return b->at + b->len - n;
}

static inline void bytebuf_add(struct bytebuf *b, const void *data, size_t n)
{
	if (n > 0)
		memcpy(bytebuf_grow(b, n), data, n);
}

/* Zeros to its end, or only its first bytes, until it is `len` long. */
static inline void bytebuf_fit(struct bytebuf *b, size_t len)
{
	if (len > b->len) {
		size_t more = len - b->len;

		memset(bytebuf_grow(b, more), 0, more);
	}
	b->len = len;
}

/* All of a file that is open. */
static inline void bytebuf_read(struct bytebuf *b, FILE *f)
{
	size_t n;

	do {
		uint8_t *at = bytebuf_grow(b, 65536);

		n = fread(at, 1, 65536, f);
		b->len -= 65536 - n;
	} while (n > 0);
}

#endif
