/* keycost: see keycost.h. */
#include "tls/keycost.h"

#include <stdio.h>

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "tls/messages.h"

struct why {
	char *text;
	size_t size;
};

static unsigned bits_of(const gnutls_datum_t *number)
{
	unsigned i = 0, n;

	while (i < number->size && number->data[i] == 0)
		i++;
	if (i == number->size)
		return 0;
	n = (number->size - i) * 8;
	for (unsigned top = number->data[i]; !(top & 0x80); top <<= 1)
		n--;
	return n;
}

static bool at_most(struct why *y, const char *what, unsigned bits, unsigned most)
{
	if (bits > most)
		snprintf(y->text, y->size,
		    "a certificate of the client has %s of %u bits: at most %u are accepted", what,
		    bits, most);
	return bits <= most;
}

static bool rsa_ok(struct why *y, gnutls_pubkey_t key)
{
	gnutls_datum_t n, e;
	bool ok;

	if (gnutls_pubkey_export_rsa_raw2(key, &n, &e, 0) < 0)
		return true; /* of another kind */
	ok = at_most(y, "an RSA key", bits_of(&n), KEYCOST_BITS) &&
	     at_most(y, "a public exponent", bits_of(&e), KEYCOST_EXPONENT);
	gnutls_free(n.data);
	gnutls_free(e.data);
	return ok;
}

static bool dsa_ok(struct why *y, gnutls_pubkey_t key)
{
	gnutls_datum_t p, q, g, v;
	bool ok;

	if (gnutls_pubkey_export_dsa_raw2(key, &p, &q, &g, &v, 0) < 0)
		return true;
	ok = at_most(y, "a DSA key", bits_of(&p), KEYCOST_BITS) &&
	     at_most(y, "a DSA order", bits_of(&q), KEYCOST_DSA_ORDER) &&
	     at_most(y, "a DSA generator", bits_of(&g), KEYCOST_BITS) &&
	     at_most(y, "a DSA value", bits_of(&v), KEYCOST_BITS);
	gnutls_free(p.data);
	gnutls_free(q.data);
	gnutls_free(g.data);
	gnutls_free(v.data);
	return ok;
}

static bool key_ok(struct why *y, gnutls_x509_crt_t cert)
{
	gnutls_pubkey_t key;
	unsigned bits = 0;
	bool ok = false;

	if (gnutls_pubkey_init(&key) < 0)
		return false;
	if (gnutls_pubkey_import_x509(key, cert, 0) == 0) {
		gnutls_pubkey_get_pk_algorithm(key, &bits);
		ok = rsa_ok(y, key) && dsa_ok(y, key) && at_most(y, "a key", bits, KEYCOST_BITS);
	}
	gnutls_pubkey_deinit(key);
	return ok;
}

static bool certificate_ok(struct why *y, const uint8_t *p, size_t len)
{
	const gnutls_datum_t der = {(unsigned char *)(uintptr_t)p, (unsigned)len};
	gnutls_x509_crt_t cert;
	bool ok;

	if (gnutls_x509_crt_init(&cert) < 0)
		return false;
	ok = gnutls_x509_crt_import(cert, &der, GNUTLS_X509_FMT_DER) == 0 && key_ok(y, cert);
	gnutls_x509_crt_deinit(cert);
	return ok;
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
