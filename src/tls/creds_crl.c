/* creds_crl: revocation lists: loaded, checked, searched.
 *
 * Refuses to fetch a list, and to decide what follows from a certificate that is in one. */
#include <string.h>
#include <stdlib.h>

#include <gnutls/crypto.h>

#include "tls/creds.h"
#include "tls/creds_load.h"

/* A list that is past its next update, or not valid yet, is used all the same, with a warning. */
static bool issued_by_us(const struct creds *c, gnutls_x509_crl_t crl)
{
	const unsigned aged =
	    GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED | GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;
	unsigned status;

	if (gnutls_x509_crl_verify(crl, c->authority, c->authorities, 0, &status) < 0)
		return false;
	/* GnuTLS sets GNUTLS_CERT_INVALID together with every reason */
	return status == 0 || ((status & aged) && (status & ~(aged | GNUTLS_CERT_INVALID)) == 0);
}

/* Looks for a serial number among the entries (id NULL: reads them). 0, or why an entry cannot be
 * read: those behind it would not be found. */
static int crl_walk(gnutls_x509_crl_t crl, const struct certid *id, bool *found)
{
	gnutls_x509_crl_iter_t iter = NULL;
	int e = 0;

	*found = false;
	while (e == 0 && !*found) {
		uint8_t serial[CERTID_SERIAL_MAX];
		size_t len = sizeof(serial);

		e = gnutls_x509_crl_iter_crt_serial(crl, &iter, serial, &len, NULL);
		*found =
		    e == 0 && id && len == id->serial_len && memcmp(serial, id->serial, len) == 0;
	}
	gnutls_x509_crl_iter_deinit(iter);
	return e == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? 0 : e;
}

static bool crl_ok(const struct creds *c, gnutls_x509_crl_t crl, const char *path, struct site *s)
{
	bool found;
	int e;

	if (!issued_by_us(c, crl)) {
		ERROR_AT(s, "%s: a revocation list that no authority of capath has signed", path);
		return false;
	}
	e = crl_walk(crl, NULL, &found);
	if (e == GNUTLS_E_SHORT_MEMORY_BUFFER)
		ERROR_AT(s, "%s: a serial number is longer than %d bytes", path, CERTID_SERIAL_MAX);
	else if (e < 0)
		ERROR_AT(s, "%s: an entry of the revocation list cannot be read: %s", path,
		    gnutls_strerror(e));
	return e == 0;
}

bool creds_load_crl(struct creds *c, const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "crlfile", p);
	const char *path = config->tls.crlfile;
	gnutls_datum_t text;
	int e;

	if (!creds_read_file(c->reading, path, &text, &s))
		return false;
	e = gnutls_x509_crl_list_import2(&c->crl, &c->crls, &text, GNUTLS_X509_FMT_PEM, 0);
	if (e < 0 || c->crls == 0) {
		ERROR_AT(&s, "%s: no revocation list in PEM form: %s", path,
		    e < 0 ? gnutls_strerror(e) : "empty");
		return false;
	}
	if (c->authorities == 0) /* which is reported already */
		return false;
	for (unsigned i = 0; i < c->crls; i++)
		if (!crl_ok(c, c->crl[i], path, &s))
			return false;
	if (gnutls_certificate_set_x509_crl(c->certificate, c->crl, (int)c->crls) < 0) {
		ERROR_AT(&s, "%s: cannot be used", path);
		return false;
	}
	return true;
}

static bool issuer_hash(const gnutls_datum_t *dn, uint8_t out[32])
{
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, dn->data, dn->size, out) == 0;
}

static bool crl_lists(gnutls_x509_crl_t crl, const struct certid *id)
{
	uint8_t issuer[32];
	gnutls_datum_t dn;
	bool found = false, same;

	if (gnutls_x509_crl_get_raw_issuer_dn(crl, &dn) < 0)
		return false;
	same = issuer_hash(&dn, issuer) && memcmp(issuer, id->issuer, 32) == 0;
	gnutls_free(dn.data);
	return same && crl_walk(crl, id, &found) == 0 && found;
}

bool creds_revokes(const struct creds *c, const struct certid *id)
{
	if (!c || id->serial_len == 0 || id->serial_len > CERTID_SERIAL_MAX)
		return false;
	for (unsigned i = 0; i < c->crls; i++)
		if (crl_lists(c->crl[i], id))
			return true;
	return false;
}
