/* keycost: see keycost.h. */
#include "tls/keycost.h"

#include <stdio.h>

#include "tls/messages.h"

enum tag {
	TAG_INTEGER = 0x02,
	TAG_BITS = 0x03,
	TAG_SEQUENCE = 0x30,
	TAG_VERSION = 0xa0
};

struct why {
	char *text;
	size_t size;
};

static unsigned u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return p ? *p : 0;
}

static size_t length(struct bytes *b)
{
	unsigned first = u8(b), n = first & 0x7f;
	size_t len = 0;

	if (first < 0x80)
		return first;
	if (n == 0 || n > 3) /* without end, or larger than any message */
		b->failed = true;
	for (; n > 0 && !b->failed; n--)
		len = len << 8 | u8(b);
	return len;
}

/* The content of what comes next, which must have that tag. */
static struct bytes content(struct bytes *b, unsigned tag)
{
	unsigned is = u8(b);
	const uint8_t *p;
	size_t n;

	if (is != tag)
		b->failed = true;
	n = length(b);
	p = bytes_take(b, n);
	return (struct bytes){.at = p, .left = p ? n : 0, .big = true, .failed = !p};
}

static unsigned bits_of(struct bytes number)
{
	unsigned n, top;

	while (number.left > 0 && *number.at == 0)
		bytes_take(&number, 1);
	if (number.left == 0)
		return 0;
	n = (unsigned)number.left * 8;
	for (top = *number.at; !(top & 0x80); top <<= 1)
		n--;
	return n;
}

static bool at_most(struct why *y, const char *what, size_t n, unsigned most, const char *unit)
{
	if (n > most)
		snprintf(y->text, y->size,
		    "a certificate of the client has %s of %zu %s: at most %u are accepted", what,
		    n, unit, most);
	return n <= most;
}

/* SubjectPublicKeyInfo. What has the form of an RSA key counts as one, whatever it is called. */
static bool key_ok(struct why *y, struct bytes info)
{
	size_t size = info.left;
	struct bytes key, pair, modulus, exponent;

	content(&info, TAG_SEQUENCE); /* algorithm, parameters */
	key = content(&info, TAG_BITS);
	u8(&key); /* unused bits */
	if (key.failed)
		return false;
	pair = content(&key, TAG_SEQUENCE);
	modulus = content(&pair, TAG_INTEGER);
	exponent = content(&pair, TAG_INTEGER);
	if (!key.failed && !pair.failed &&
	    !(at_most(y, "an RSA key", bits_of(modulus), KEYCOST_MODULUS, "bits") &&
		at_most(y, "a public exponent", bits_of(exponent), KEYCOST_EXPONENT, "bits")))
		return false;
	return at_most(y, "a key", size, KEYCOST_BYTES, "bytes");
}

static bool certificate_ok(struct why *y, const uint8_t *p, size_t len)
{
	struct bytes all = bytes_over(p, len, true), certificate, body, info;

	certificate = content(&all, TAG_SEQUENCE);
	body = content(&certificate, TAG_SEQUENCE);
	if (body.left > 0 && *body.at == TAG_VERSION)
		content(&body, TAG_VERSION);
	content(&body, TAG_INTEGER); /* serial number */
	for (int i = 0; i < 4; i++)  /* algorithm, issuer, validity, subject */
		content(&body, TAG_SEQUENCE);
	info = content(&body, TAG_SEQUENCE);
	return !body.failed && key_ok(y, info);
}

bool tls_keycost_ok(const uint8_t *message, size_t len, bool tls13, char *out, size_t size)
{
	struct bytes list = messages_certificates(message, len, tls13);
	struct why y = {out, size};
	const uint8_t *cert;
	unsigned n = 0;

	snprintf(out, size, "the client's certificate cannot be read");
	while ((cert = messages_next_certificate(&list, tls13, &len))) {
		if (++n > KEYCOST_CERTIFICATES) {
			snprintf(out, size,
			    "the client sends more than %d certificates: its own, and those up to "
			    "an authority in capath, are enough",
			    KEYCOST_CERTIFICATES);
			return false;
		}
		if (!certificate_ok(&y, cert, len))
			return false;
	}
	if (list.failed)
		return false;
	out[0] = '\0';
	return true;
}
