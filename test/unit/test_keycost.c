/* test_keycost: the sizes of the keys in a Certificate message. */
#include "tap.h"
#include "support.h"

#include "tls/keycost.h"

static uint8_t buf[65536];
static char why[200];

/* Built from the end: each puts something before what is there. */
static size_t at;

static void before(const void *p, size_t n)
{
	at -= n;
	memcpy(buf + at, p, n);
}

static void wrap(unsigned tag, size_t end)
{
	size_t n = end - at;
	const uint8_t head[] = {
	    (uint8_t)tag, 0x83, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

	before(head, sizeof(head));
}

static void number(unsigned bits)
{
	size_t end = at;

	at -= bits / 8;
	memset(buf + at, 0xff, bits / 8);
	before("\0", 1);
	wrap(0x02, end);
}

/* A TLS 1.3 message with one certificate, whose key is what `key` puts there; up to the end of buf.
 */
static void message(void (*key)(unsigned, unsigned), unsigned a, unsigned b, bool version)
{
	static const uint8_t names[] = {2, 1, 7, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0};
	size_t end = sizeof(buf) - 2, n; /* its extensions */

	memset(buf, 0, sizeof(buf));
	at = end;
	before("\x30\0\3\1\0", 5); /* signature */
	size_t tbs = at;

	key(a, b);
	before("\0", 1);
	wrap(0x03, tbs);
	before("\x30\0", 2);
	wrap(0x30, tbs);
	before(names, sizeof(names));
	if (version)
		before("\xa0\3\2\1\2", 5);
	wrap(0x30, tbs);
	wrap(0x30, end);
	n = end - at;
	before((const uint8_t[]){(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}, 3);
	n = sizeof(buf) - at;
	before((const uint8_t[]){0, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}, 4);
}

static bool ok(void)
{
	return tls_keycost_ok(buf + at, sizeof(buf) - at, true, why, sizeof(why));
}

static void rsa(unsigned modulus, unsigned exponent)
{
	size_t end = at;

	number(exponent);
	number(modulus);
	wrap(0x30, end);
}

static void point(unsigned bits, unsigned form)
{
	at -= bits / 8;
	memset(buf + at, 0xff, bits / 8);
	before((const uint8_t[]){(uint8_t)form}, 1);
}

static void test_sizes(void)
{
	static const struct {
		const char *what;
		void (*key)(unsigned, unsigned);
		unsigned a, b;
		const char *why;
	} rows[] = {
	    {"RSA, 2048 bits", rsa, 2048, 24, ""},
	    {"RSA, 8192 bits, exponent 64", rsa, 8192, 64, ""},
	    {"RSA, 8200 bits", rsa, 8200, 24, "an RSA key of 8200 bits: at most 8192"},
	    {"RSA, exponent 72", rsa, 2048, 72, "a public exponent of 72 bits: at most 64"},
	    {"RSA, huge", rsa, 131072, 131072, "an RSA key of 131072 bits"},
	    {"a point of 521 bits", point, 1056, 4, ""},
	    {"another key, 16000 bits", point, 16000, 2, ""},
	    {"another key, 16384 bits", point, 16384, 2, "a key of 20"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (int version = 0; version < 2; version++) {
			message(rows[i].key, rows[i].a, rows[i].b, version);
			OK(ok() == !rows[i].why[0] && strstr(why, rows[i].why), "%s%s: %s",
			    rows[i].what, version ? "" : " (without a version)", why);
		}
}

/* Each byte up to the end of the key is needed: a certificate that ends before it is refused. */
static void test_cut(void)
{
	size_t from, cert;
	unsigned passed = 0;

	message(rsa, 512, 24, true);
	from = at;
	cert = from + 7;
	for (size_t n = 0; n < 120; n++) {
		uint8_t one[4 + 3 + 120 + 2] = {0, 0, 0, (uint8_t)(n + 5), 0, 0, (uint8_t)n};

		memcpy(one + 7, buf + cert, n);
		passed += tls_keycost_ok(one, 9 + n, true, why, sizeof(why));
	}
	IS_INT(passed, 0, "cut anywhere");
	OK(ok(), "whole");
	buf[cert + 1] = 0x80; /* without a length */
	OK(!ok(), "a length without end");
	buf[cert + 1] = 0x84;
	OK(!ok(), "a length of four bytes");
}

static void test_number(void)
{
	static const uint8_t none[] = {0, 0, 0, 0};
	static uint8_t many[4 + 17 * 5];

	OK(tls_keycost_ok(none, sizeof(none), true, why, sizeof(why)), "no certificate at all");
	many[3] = sizeof(many) - 4;
	OK(!tls_keycost_ok(many, sizeof(many), true, why, sizeof(why)), "empty certificates: %s",
	    why);
}

int main(void)
{
	test_sizes();
	test_cut();
	test_number();
	return tap_done();
}
