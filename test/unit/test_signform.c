/* test_signform: the keeper signs what a server signs in a handshake, and nothing else. */
#include "tap.h"
#include "support.h"

#include "tls/signform.h"

static const char server_context[] = "TLS 1.3, server CertificateVerify";
static const char client_context[] = "TLS 1.3, client CertificateVerify";

static uint8_t buf[SIGNFORM_MAX + 16];

/* 64 fillers, a context with its NUL, and a hash; returns the length. */
static size_t verify_message(int filler, const char *context, size_t hash)
{
	size_t n = strlen(context) + 1;

	memset(buf, filler, 64);
	memcpy(buf + 64, context, n);
	memset(buf + 64 + n, 0xa5, hash);
	return 64 + n + hash;
}

static void test_tls13(void)
{
	static const struct {
		const char *what, *context;
		int filler;
		size_t hash;
		bool ok;
	} rows[] = {
	    {"SHA-256", server_context, 0x20, 32, true},
	    {"SHA-384", server_context, 0x20, 48, true},
	    {"SHA-512", server_context, 0x20, 64, true},
	    {"no hash", server_context, 0x20, 0, false},
	    {"SHA-1", server_context, 0x20, 20, false},
	    {"a hash one short", server_context, 0x20, 31, false},
	    {"a hash one long", server_context, 0x20, 33, false},
	    {"a hash between two", server_context, 0x20, 40, false},
	    {"a hash too long", server_context, 0x20, 65, false},
	    {"a client's context", client_context, 0x20, 32, false},
	    {"another context", "TLS 1.3, server certificateVerify", 0x20, 32, false},
	    {"a shorter context", "TLS 1.3, server", 0x20, 32, false},
	    {"exporter", "TLS 1.3, exporter", 0x20, 64, false},
	    {"no blanks", server_context, 0x00, 32, false},
	    {"tabs", server_context, 0x09, 32, false},
	};
	size_t len;

	for (size_t i = 0; i < COUNT(rows); i++) {
		len = verify_message(rows[i].filler, rows[i].context, rows[i].hash);
		IS_INT(signform_ok(buf, len), rows[i].ok, "TLS 1.3: %s", rows[i].what);
	}
	for (size_t i = 0; i < 64; i++) {
		len = verify_message(0x20, server_context, 32);
		buf[i] ^= 1;
		if (signform_ok(buf, len))
			OK(false, "TLS 1.3: blank %zu is none", i);
	}
	for (size_t i = 0; i < sizeof(server_context); i++) {
		len = verify_message(0x20, server_context, 32);
		buf[64 + i] ^= 1;
		if (signform_ok(buf, len))
			OK(false, "TLS 1.3: byte %zu of the context is wrong", i);
	}
	OK(true, "TLS 1.3: every byte before the hash counts");
	len = verify_message(0x20, server_context, 32);
	for (size_t n = 0; n < len; n++)
		if (signform_ok(buf, n))
			OK(false, "TLS 1.3: only %zu bytes", n);
	OK(true, "TLS 1.3: cut anywhere");
}

static size_t randoms(void)
{
	for (size_t i = 0; i < 64; i++)
		buf[i] = (uint8_t)random_next();
	return 64;
}

/* type, group, point length, point */
static size_t curve(uint8_t type, uint8_t said, size_t point)
{
	size_t n = randoms();

	buf[n++] = type;
	buf[n++] = 0;
	buf[n++] = 23;
	buf[n++] = said;
	memset(buf + n, 0x04, point);
	return n + point;
}

static size_t number(size_t at, size_t len)
{
	buf[at++] = (uint8_t)(len >> 8);
	buf[at++] = (uint8_t)len;
	memset(buf + at, 0xee, len);
	return at + len;
}

static size_t group(size_t p, size_t g, size_t y)
{
	return number(number(number(randoms(), p), g), y);
}

static void test_tls12(void)
{
	size_t len;

	random_seed(7);
	OK(signform_ok(buf, curve(3, 65, 65)), "TLS 1.2: ECDHE with P-256");
	OK(signform_ok(buf, curve(3, 133, 133)), "TLS 1.2: ECDHE with P-521");
	OK(signform_ok(buf, curve(3, 32, 32)), "TLS 1.2: ECDHE with X25519");
	OK(!signform_ok(buf, curve(3, 64, 65)), "TLS 1.2: a point with a byte behind it");
	OK(!signform_ok(buf, curve(3, 66, 65)), "TLS 1.2: a point with a byte missing");
	OK(!signform_ok(buf, curve(3, 0, 0)), "TLS 1.2: no point");
	OK(!signform_ok(buf, curve(1, 65, 65)), "TLS 1.2: explicit_prime");
	OK(!signform_ok(buf, curve(2, 65, 65)), "TLS 1.2: explicit_char2");
	OK(!signform_ok(buf, curve(0, 65, 65)), "TLS 1.2: no curve type");
	OK(signform_ok(buf, group(256, 1, 256)), "TLS 1.2: DHE with 2048 bits");
	OK(signform_ok(buf, group(384, 1, 384)), "TLS 1.2: DHE with 3072 bits");
	len = group(512, 512, 512);
	OK(signform_ok(buf, len), "TLS 1.2: DHE with 4096 bits");
	OK(!signform_ok(buf, len + 1), "TLS 1.2: DHE with a byte behind it");
	OK(!signform_ok(buf, len - 1), "TLS 1.2: DHE with a byte missing");
	OK(!signform_ok(buf, group(0, 1, 256)), "TLS 1.2: DHE without p");
	OK(!signform_ok(buf, group(256, 0, 256)), "TLS 1.2: DHE without g");
	OK(!signform_ok(buf, group(256, 1, 0)), "TLS 1.2: DHE without Ys");
	OK(!signform_ok(buf, number(number(randoms(), 256), 1)), "TLS 1.2: DHE of two numbers");
	OK(!signform_ok(buf, number(group(256, 1, 256), 1)), "TLS 1.2: DHE of four numbers");
	OK(signform_ok(buf, group(1024, 1, 1024)), "TLS 1.2: DHE with 8192 bits");
	len = group(512, 512, SIGNFORM_MAX - 64 - 6 - 1024);
	IS_INT(len, SIGNFORM_MAX, "TLS 1.2: as long as it may be");
	OK(signform_ok(buf, len), "TLS 1.2: as long as it may be: signed");
	len = group(512, 512, SIGNFORM_MAX - 64 - 6 - 1024 + 1);
	OK(!signform_ok(buf, len), "TLS 1.2: one byte more");
	len = group(256, 1, 256);
	memcpy(buf, "\1\0\0\x80\3\3", 6);
	OK(!signform_ok(buf, len), "TLS 1.2: what begins with a ClientHello");
	len = curve(3, 65, 65);
	memcpy(buf, "\1\0\0\x30\3\4", 6);
	OK(!signform_ok(buf, len), "TLS 1.2: a short one, of a later version");
	memcpy(buf, "\1\0\0\x30\2\3", 6);
	OK(signform_ok(buf, len), "TLS 1.2: a random number that looks nearly like it");
	memcpy(buf, "\1\0\1\0\3\3", 6);
	OK(signform_ok(buf, len), "TLS 1.2: one that would be longer than all of it");
	memcpy(buf, "\1\1\0\0\3\3", 6);
	OK(signform_ok(buf, len), "TLS 1.2: one that would be much longer");
	memcpy(buf, "\2\0\0\x30\3\3", 6);
	OK(signform_ok(buf, len), "TLS 1.2: one that would be another message");
	len = curve(3, 65, 65);
	for (size_t n = 0; n < len; n++)
		if (signform_ok(buf, n))
			OK(false, "TLS 1.2: only %zu bytes", n);
	OK(true, "TLS 1.2: ECDHE cut anywhere");
}

static void test_others(void)
{
	static const char *const texts[] = {"", "x", "-----BEGIN CERTIFICATE-----\n",
	    "an SSH session identifier, a mail, a package, whatever somebody would like to have "
	    "signed with the key of this server, and longer than the randoms are",
	    "TLS 1.3, server CertificateVerify"};
	unsigned passed = 0;

	for (size_t i = 0; i < COUNT(texts); i++)
		OK(!signform_ok((const uint8_t *)texts[i], strlen(texts[i])), "text %zu", i);
	memset(buf, 0x30, sizeof(buf));
	OK(!signform_ok(buf, 400), "DER");
	memset(buf, 0, sizeof(buf));
	for (size_t n = 0; n <= SIGNFORM_MAX; n++)
		passed += signform_ok(buf, n);
	IS_INT(passed, 0, "zeros of any length");
	random_seed(1);
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)random_below(64);

		for (size_t k = 0; k < n; k++)
			buf[k] = (uint8_t)random_next();
		passed += signform_ok(buf, n);
	}
	IS_INT(passed, 0, "a bare hash, or anything of up to 64 bytes (seed 1)");
}

int main(void)
{
	test_tls13();
	test_tls12();
	test_others();
	return tap_done();
}
