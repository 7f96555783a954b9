/* filehead: what every file of a section begins with: the link header, then the blocks in data that
 * later packets need (interfaces, decryption secrets).
 *
 * Most are small, and stand in the structure; larger ones in memory of their own. Knows files as
 * little as streams. */
#ifndef RECORD_FILEHEAD_H
#define RECORD_FILEHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/accept.h"

#define FILEHEAD_MAX   (1u << 20)
#define FILEHEAD_SMALL 256

struct filehead {
	uint8_t small[FILEHEAD_SMALL];
	uint8_t *large;       /* NULL: it fits into small */
	size_t len, link_len; /* all of it, and what the link header gave */
	/* Interface 0 has another snapshot length here than it came with, because simple packets,
	 * whose captured length readers derive from it, were cut to it. */
	bool lowered;
};

static inline const uint8_t *filehead_bytes(const struct filehead *h)
{
	return h->large ? h->large : h->small;
}

/* Begins anew with a link header. False when there is no memory. */
bool filehead_begin(struct filehead *h, const uint8_t *p, size_t len);

/* Appends what later packets need of accepted data. False when there is no memory, or it would be
 * more than FILEHEAD_MAX. */
bool filehead_keep(struct filehead *h, const struct accept *a, const uint8_t *data, size_t len);

/* Whether it begins with that link header. Interfaces that were described since say nothing. */
bool filehead_is(const struct filehead *h, const struct accept *a, const uint8_t *p, size_t len);

/* Lowers the snapshot length of interface 0, which is described in it. */
void filehead_lower(struct filehead *h, const struct accept *a, uint32_t snaplen);

/* max_snaplen of *a is another one: the next file's interface 0, where it was lowered, has that
 * snapshot length, or the one it came with, when that is not above it. */
void filehead_limit(struct filehead *h, const struct accept *a);

/* Names and secrets go: they are stored no longer. big: the byte order of the section. */
void filehead_sift(struct filehead *h, bool big);

void filehead_free(struct filehead *h);

#endif
