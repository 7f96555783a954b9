/* expiry: see expiry.h. */
#include "tls/expiry.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

#include "base/wholefile.h"

static const char *read_pem(const char *path, gnutls_datum_t *out, struct region *r)
{
	const char *why;
	size_t len;
	char *text = wholefile_read(r, path, &len, &why);

	if (!text)
		return region_print(r, "%s: %s", path, why);
	*out = (gnutls_datum_t){(unsigned char *)text, (unsigned)len};
	return NULL;
}

static const char *certificate_end(const char *path, int64_t *out, struct region *r)
{
	gnutls_x509_crt_t *list;
	gnutls_datum_t text;
	unsigned n;
	const char *why = read_pem(path, &text, r);

	if (why)
		return why;
	if (gnutls_x509_crt_list_import2(&list, &n, &text, GNUTLS_X509_FMT_PEM, 0) < 0)
		return region_print(r, "%s: no certificate in PEM form", path);
	if (n > 0 && gnutls_x509_crt_get_expiration_time(list[0]) > 0)
		*out = gnutls_x509_crt_get_expiration_time(list[0]);
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(list[i]);
	gnutls_free(list);
	return NULL;
}

static const char *list_end(const char *path, int64_t *out, struct region *r)
{
	gnutls_x509_crl_t *list;
	gnutls_datum_t text;
	unsigned n;
	const char *why = read_pem(path, &text, r);

	if (why)
		return why;
	if (gnutls_x509_crl_list_import2(&list, &n, &text, GNUTLS_X509_FMT_PEM, 0) < 0)
		return region_print(r, "%s: no revocation list in PEM form", path);
	for (unsigned i = 0; i < n; i++) {
		time_t end = gnutls_x509_crl_get_next_update(list[i]);

		if (end > 0 && (*out == 0 || end < *out))
			*out = end;
		gnutls_x509_crl_deinit(list[i]);
	}
	gnutls_free(list);
	return NULL;
}

const char *expiry_look(struct expiry *e, const struct config *c, struct region *r)
{
	const char *why = NULL;

	*e = (struct expiry){0};
	if (!c->tls.present)
		return NULL;
	if (c->tls.server_cert)
		why = certificate_end(c->tls.server_cert, &e->certificate, r);
	if (!why && c->tls.crlfile)
		why = list_end(c->tls.crlfile, &e->list, r);
	return why;
}
