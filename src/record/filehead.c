/* filehead: see filehead.h. */
#include "record/filehead.h"

#include <stdlib.h>
#include <string.h>

#include "capture/edit.h"
#include "filter/sift.h"

static bool append(struct filehead *h, const uint8_t *p, size_t len)
{
	size_t sum = h->len + len;
	uint8_t *grown;

	if (len > FILEHEAD_MAX - h->len)
		return false;
	if (!h->large && sum <= sizeof(h->small)) {
		memcpy(h->small + h->len, p, len);
	} else {
		grown = realloc(h->large, sum);
		if (!grown)
			return false;
		if (!h->large)
			memcpy(grown, h->small, h->len);
		memcpy(grown + h->len, p, len);
		h->large = grown;
	}
	h->len = sum;
	return true;
}

bool filehead_begin(struct filehead *h, const uint8_t *p, size_t len)
{
	h->len = 0;
	h->link_len = len;
	h->lowered = false;
	return append(h, p, len);
}

bool filehead_keep(struct filehead *h, const struct accept *a, const uint8_t *data, size_t len)
{
	size_t at = 0, n;

	while ((n = accept_next_needed(a, data, len, &at)) > 0) {
		if (!append(h, data + at, n))
			return false;
		at += n;
	}
	return true;
}

bool filehead_is(const struct filehead *h, const struct accept *a, const uint8_t *p, size_t len)
{
	const uint8_t *kept = filehead_bytes(h);
	size_t at;

	if (len != h->link_len)
		return false;
	at = h->lowered ? accept_first_snaplen(a, kept, len) : 0;
	if (at == 0)
		return memcmp(p, kept, len) == 0;
	return memcmp(p, kept, at) == 0 &&
	       bytes_load32(p + at, a->format.section.big) == a->format.section.first.snaplen &&
	       memcmp(p + at + 4, kept + at + 4, len - at - 4) == 0;
}

void filehead_lower(struct filehead *h, const struct accept *a, uint32_t snaplen)
{
	uint8_t *kept = h->large ? h->large : h->small;

	edit_snaplen(kept + accept_first_snaplen(a, kept, h->len), snaplen, a->format.section.big);
	h->lowered = true;
}

void filehead_limit(struct filehead *h, const struct accept *a)
{
	uint8_t *kept = h->large ? h->large : h->small;
	uint32_t own = a->format.section.first.snaplen;

	if (!h->lowered)
		return;
	h->lowered = own == 0 || own > a->max_snaplen;
	bytes_store32(kept + accept_first_snaplen(a, kept, h->len),
	    h->lowered ? a->max_snaplen : own, a->format.section.big);
}

void filehead_sift(struct filehead *h, bool big)
{
	h->len = sift_secrets(h->large ? h->large : h->small, h->len, big, &h->link_len);
}

void filehead_free(struct filehead *h)
{
	free(h->large);
	h->large = NULL;
}
