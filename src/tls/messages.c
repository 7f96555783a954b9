/* messages: see messages.h. */
#include "tls/messages.h"

#define RANDOM             32
#define SUPPORTED_VERSIONS 43

static size_t length8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return p ? *p : 0;
}

/* What follows, with a length of one byte or of two. */
static struct bytes vector8(struct bytes *b)
{
	size_t n = length8(b);
	const uint8_t *p = bytes_take(b, n);

	return bytes_over(p, p ? n : 0, true);
}

static struct bytes vector16(struct bytes *b)
{
	size_t n = bytes_u16(b);
	const uint8_t *p = bytes_take(b, n);

	return bytes_over(p, p ? n : 0, true);
}

/* Of a list of versions; others than those of TLS are there to be ignored (RFC 8701). */
static unsigned newest_of(struct bytes list)
{
	unsigned newest = 0;

	while (list.left > 0 && !list.failed) {
		unsigned v = bytes_u16(&list);

		if (v >> 8 == 3 && v > newest)
			newest = v;
	}
	return newest;
}

unsigned messages_newest(const uint8_t *hello, size_t len)
{
	struct bytes b = bytes_over(hello, len, true), extensions;
	unsigned newest = bytes_u16(&b);

	bytes_take(&b, RANDOM);
	vector8(&b);  /* session */
	vector16(&b); /* ciphers */
	vector8(&b);  /* compressions */
	if (b.failed)
		return 0;
	extensions = vector16(&b);
	while (extensions.left > 0 && !extensions.failed) {
		unsigned type = bytes_u16(&extensions);
		struct bytes data = vector16(&extensions);

		if (type == SUPPORTED_VERSIONS)
			newest = newest_of(vector8(&data));
	}
	return newest;
}

static size_t length24(struct bytes *b)
{
	size_t high = length8(b);

	return high << 16 | bytes_u16(b);
}

struct bytes messages_certificates(const uint8_t *message, size_t len, bool tls13)
{
	struct bytes b = bytes_over(message, len, true);

	if (tls13)
		vector8(&b); /* context */
	if (length24(&b) != b.left)
		b.failed = true;
	return b;
}

const uint8_t *messages_next_certificate(struct bytes *list, bool tls13, size_t *len)
{
	const uint8_t *p;

	if (list->failed || list->left == 0)
		return NULL;
	*len = length24(list);
	p = bytes_take(list, *len);
	if (tls13)
		vector16(list); /* extensions */
	return list->failed ? NULL : p;
}
