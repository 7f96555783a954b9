/* send_tls_creds: see tls_creds.h. */
#include "send/tls_creds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool load_file(const char *file, gnutls_datum_t *out, char *error, size_t size)
{
	if (gnutls_load_file(file, out) == 0)
		return true;
	snprintf(error, size, "%.200s: cannot read: %s", file, strerror(errno));
	return false;
}

static bool load_ca(struct send_tls *tls, char *error, size_t size)
{
	gnutls_datum_t text;
	int count;

	if (!tls->o->ca) {
		if (tls->o->no_verify || gnutls_certificate_set_x509_system_trust(tls->cred) > 0)
			return true;
		snprintf(error, size, "this system has no trusted authorities; name one with --ca");
		return false;
	}
	if (!load_file(tls->o->ca, &text, error, size))
		return false;
	count = gnutls_certificate_set_x509_trust_mem(tls->cred, &text, GNUTLS_X509_FMT_PEM);
	gnutls_free(text.data);
	if (count > 0)
		return true;
	snprintf(error, size, "%.200s: no certificate in PEM: %s", tls->o->ca,
	    count == 0 ? "nothing found" : gnutls_strerror(count));
	return false;
}

static bool load_pair(struct send_tls *tls, char *error, size_t size)
{
	gnutls_datum_t cert, key;
	int r;

	if (!tls->o->cert)
		return true;
	if (!load_file(tls->o->cert, &cert, error, size))
		return false;
	if (!load_file(tls->o->key, &key, error, size)) {
		gnutls_free(cert.data);
		return false;
	}
	r = gnutls_certificate_set_x509_key_mem(tls->cred, &cert, &key, GNUTLS_X509_FMT_PEM);
	gnutls_memset(key.data, 0, key.size);
	gnutls_free(key.data);
	gnutls_free(cert.data);
	if (r >= 0)
		return true;
	if (r == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		snprintf(error, size, "%.200s: not the key of %.200s", tls->o->key, tls->o->cert);
	else
		snprintf(error, size, "%.200s, %.200s: no certificate with its key in PEM: %s",
		    tls->o->cert, tls->o->key, gnutls_strerror(r));
	return false;
}

static bool load_priority(struct send_tls *tls, char *error, size_t size)
{
	const char *usual =
	    tls->o->no_verify ? SEND_TLS_PRIORITY SEND_TLS_ANONYMOUS : SEND_TLS_PRIORITY;
	const char *text = tls->o->priority ? tls->o->priority : usual, *at = text;

	if (gnutls_priority_init(&tls->priority, text, &at) == 0)
		return true;
	snprintf(error, size, "--priority: not understood from '%.200s'", at);
	return false;
}

/* Only without verification, or a priority could do without it. */
static bool allow_anonymous(struct send_tls *tls, char *error, size_t size)
{
	if (!tls->o->no_verify || gnutls_anon_allocate_client_credentials(&tls->anonymous) == 0)
		return true;
	snprintf(error, size, "no memory for TLS");
	return false;
}

struct send_tls *send_tls_new(const struct send_tls_options *o, char *error, size_t error_size)
{
	struct send_tls *tls = calloc(1, sizeof(*tls));

	if (!tls || gnutls_certificate_allocate_credentials(&tls->cred) != 0) {
		snprintf(error, error_size, "no memory for TLS");
		free(tls);
		return NULL;
	}
	tls->o = o;
	if (load_ca(tls, error, error_size) && load_pair(tls, error, error_size) &&
	    allow_anonymous(tls, error, error_size) && load_priority(tls, error, error_size))
		return tls;
	send_tls_free(tls);
	return NULL;
}

void send_tls_free(struct send_tls *tls)
{
	if (!tls)
		return;
	if (tls->priority)
		gnutls_priority_deinit(tls->priority);
	if (tls->anonymous)
		gnutls_anon_free_client_credentials(tls->anonymous);
	gnutls_certificate_free_credentials(tls->cred);
	free(tls);
}
