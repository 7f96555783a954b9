/* signform: see signform.h. */
#include "tls/signform.h"

#include <string.h>

#include "base/bytes.h"

#define BLANKS  64
#define RANDOMS 64

static bool certificate_verify(const uint8_t *p, size_t len)
{
	static const char context[] = "TLS 1.3, server CertificateVerify"; /* and its NUL */
	size_t hash;

	if (len < BLANKS + sizeof(context))
		return false;
	for (size_t i = 0; i < BLANKS; i++)
		if (p[i] != 0x20)
			return false;
	hash = len - BLANKS - sizeof(context);
	return memcmp(p + BLANKS, context, sizeof(context)) == 0 &&
	       (hash == 32 || hash == 48 || hash == 64);
}

/* named_curve(3), a group, and a point with a length of one byte. */
static bool elliptic(const uint8_t *p, size_t len)
{
	return len > 4 && p[0] == 3 && p[3] == len - 4;
}

/* p, g and Ys, each with a length of two bytes. */
static bool finite_field(const uint8_t *p, size_t len)
{
	struct bytes b = bytes_over(p, len, true);

	for (int i = 0; i < 3; i++) {
		uint16_t n = bytes_u16(&b);

		if (n == 0 || !bytes_take(&b, n))
			return false;
	}
	return b.left == 0;
}

/* What a client signs in TLS 1.2: all messages so far, beginning with a ClientHello of at least
 * TLS 1.2. (Of the client's random bytes one in 2^28 looks like it.) */
static bool transcript(const uint8_t *p, size_t len)
{
	return p[0] == 1 && p[1] == 0 && (size_t)p[2] << 8 < len && p[4] == 3 && p[5] >= 3;
}

static bool key_exchange(const uint8_t *p, size_t len)
{
	return len > RANDOMS && !transcript(p, len) &&
	       (elliptic(p + RANDOMS, len - RANDOMS) || finite_field(p + RANDOMS, len - RANDOMS));
}

bool signform_ok(const uint8_t *data, size_t len)
{
	return len <= SIGNFORM_MAX && (certificate_verify(data, len) || key_exchange(data, len));
}
