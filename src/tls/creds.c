/* creds: see creds.h: authorities, certificate and key, and all parts together. */
#include "tls/creds.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/crypto.h>

#include "tls/creds_load.h"
#include "base/wholefile.h"
#include "tls/keeper_client.h"

/* ---- files ---- */

bool creds_read_file(struct region *r, const char *path, gnutls_datum_t *out, const struct site *s)
{
	const char *why;
	size_t len;
	char *text = wholefile_read(r, path, &len, &why);

	if (!text) {
		ERROR_AT(s, "%s: %s", path, why);
		return false;
	}
	*out = (gnutls_datum_t){(unsigned char *)text, (unsigned)len};
	return true;
}

/* ---- authorities ---- */

static bool add_authorities(struct creds *c, const char *path, const struct site *s)
{
	gnutls_x509_crt_t *list, *grown;
	gnutls_datum_t text;
	unsigned n;
	int e;

	if (!creds_read_file(c->reading, path, &text, s))
		return false;
	e = gnutls_x509_crt_list_import2(&list, &n, &text, GNUTLS_X509_FMT_PEM, 0);
	if (e < 0) {
		ERROR_AT(s, "%s: no certificate in PEM form: %s", path, gnutls_strerror(e));
		return false;
	}
	grown = realloc(c->authority, (c->authorities + n) * sizeof(*grown));
	if (grown) {
		c->authority = grown;
		memcpy(grown + c->authorities, list, n * sizeof(*list));
		c->authorities += n;
	} else {
		ERROR_AT(s, "%s: out of memory", path);
		for (unsigned i = 0; i < n; i++)
			gnutls_x509_crt_deinit(list[i]);
	}
	gnutls_free(list);
	return grown != NULL;
}

static bool authorities_in(struct creds *c, const char *path, const struct site *s)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool ok = true;

	if (!dir) {
		ERROR_AT(s, "%s: %s", path, strerror(errno));
		return false;
	}
	while (errno = 0, (e = readdir(dir))) {
		char *file;

		if (e->d_name[0] == '.')
			continue;
		file = region_print(c->reading, "%s/%s", path, e->d_name);
		if (!file)
			ERROR_AT(s, "%s: out of memory", path);
		ok = file && add_authorities(c, file, s) && ok;
	}
	if (errno) { /* an authority that was not read would be missing without an error */
		ERROR_AT(s, "%s: %s", path, strerror(errno));
		ok = false;
	}
	closedir(dir);
	if (ok && c->authorities == 0)
		ERROR_AT(s, "%s: no certificate in this directory", path);
	return ok && c->authorities > 0;
}

static bool load_authorities(struct creds *c, const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "capath", p);
	const char *path = config->tls.capath;
	struct stat st;
	bool ok = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? authorities_in(c, path, &s)
							      : add_authorities(c, path, &s);

	if (!ok)
		return false;
	if (gnutls_certificate_set_x509_trust(c->certificate, c->authority, (int)c->authorities) <
	    0) {
		ERROR_AT(&s, "%s: cannot be used", path);
		return false;
	}
	return true;
}

/* ---- the server's own ---- */

static int key_info(gnutls_privkey_t key, unsigned flags, void *context)
{
	const struct creds *c = context;

	(void)key;
	if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO)
		return (int)c->key_algorithm;
	if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
		return (int)c->key_bits;
	if (flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO)
		return (int)gnutls_sign_supports_pk_algorithm(
		    (gnutls_sign_algorithm_t)GNUTLS_FLAGS_TO_SIGN_ALGO(flags), c->key_algorithm);
	return -1;
}

static bool describe_key(struct creds *c, const gnutls_pcert_st *cert)
{
	size_t len = sizeof(c->key_id);
	int algorithm = gnutls_pubkey_get_pk_algorithm(cert->pubkey, &c->key_bits);

	if (algorithm < 0)
		return false;
	c->key_algorithm = (gnutls_pk_algorithm_t)algorithm;
	return gnutls_pubkey_get_key_id(cert->pubkey, GNUTLS_KEYID_USE_SHA256, c->key_id, &len) ==
	       0;
}

/* The credentials own chain and key from here on, also after an error. */
static int use_certificate(struct creds *c, gnutls_pcert_st *chain, unsigned n)
{
	int e = describe_key(c, &chain[0]) ? gnutls_privkey_init(&c->key)
					   : GNUTLS_E_UNKNOWN_PK_ALGORITHM;

	if (e == 0)
		e = gnutls_privkey_import_ext4(
		    c->key, c, sign_data_callback, sign_hash_callback, NULL, NULL, key_info, 0);
	if (e == 0)
		e = gnutls_certificate_set_key(c->certificate, NULL, 0, chain, (int)n, c->key);
	return e;
}

static time_t expiry(const gnutls_pcert_st *cert)
{
	gnutls_x509_crt_t x;
	time_t t = -1;

	if (gnutls_x509_crt_init(&x) < 0)
		return -1;
	if (gnutls_x509_crt_import(x, &cert->cert, GNUTLS_X509_FMT_DER) == 0)
		t = gnutls_x509_crt_get_expiration_time(x);
	gnutls_x509_crt_deinit(x);
	return t;
}

static bool load_certificate(struct creds *c, const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "server-cert", p);
	gnutls_pcert_st chain[16];
	unsigned n = sizeof(chain) / sizeof(*chain);
	gnutls_datum_t text;
	int e;

	if (!creds_read_file(c->reading, config->tls.server_cert, &text, &s))
		return false;
	e = gnutls_pcert_list_import_x509_raw(chain, &n, &text, GNUTLS_X509_FMT_PEM, 0);
	if (e < 0 || n == 0) {
		ERROR_AT(&s, "%s: no certificate in PEM form: %s", config->tls.server_cert,
		    gnutls_strerror(e));
		return false;
	}
	c->expires = expiry(&chain[0]);
	e = use_certificate(c, chain, n);
	if (e < 0) {
		ERROR_AT(&s, "%s: cannot be used: %s", config->tls.server_cert, gnutls_strerror(e));
		return false;
	}
	return true;
}

/* ---- all of it ---- */

static bool load_all(struct creds *c, const struct config *config, struct problems *p)
{
	bool ok = creds_load_priority(c, config, p);

	if (c->auth == AUTH_ANONYMOUS)
		return gnutls_anon_allocate_server_credentials(&c->anonymous) == 0 && ok;
	if (gnutls_certificate_allocate_credentials(&c->certificate) < 0)
		return false;
	gnutls_certificate_set_flags(c->certificate, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	ok = load_certificate(c, config, p) && ok;
	creds_check_key_mode(config, p);
	if (c->auth == AUTH_X509) {
		ok = load_authorities(c, config, p) && ok;
		if (config->tls.crlfile)
			ok = creds_load_crl(c, config, p) && ok;
	}
	return ok;
}

static bool complete(const struct config_tls *t)
{
	if (!t->present)
		return false;
	return t->auth == AUTH_ANONYMOUS ||
	       (t->server_cert && t->server_key && (t->auth != AUTH_X509 || t->capath));
}

struct creds *creds_open(
    const struct config *config, const struct creds *before, struct problems *p)
{
	struct creds *c;
	bool ok;

	if (!complete(&config->tls))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c) {
		problem_error(p, NULL, 0, "out of memory");
		return NULL;
	}
	c->auth = (enum config_auth)config->tls.auth;
	c->reading = region_new();
	if (!c->reading)
		problem_error(p, NULL, 0, "out of memory");
	ok = c->reading && load_all(c, config, p);
	region_free(c->reading);
	c->reading = NULL;
	if (ok && !creds_take_warned(c, before)) {
		problem_error(p, NULL, 0, "out of memory");
		ok = false;
	}
	if (ok) {
		creds_age(c, config, false, p);
		return c;
	}
	creds_close(c);
	return NULL;
}

void creds_close(struct creds *c)
{
	if (!c)
		return;
	if (c->certificate)
		gnutls_certificate_free_credentials(c->certificate);
	if (c->anonymous)
		gnutls_anon_free_server_credentials(c->anonymous);
	if (c->priority)
		gnutls_priority_deinit(c->priority);
	for (unsigned i = 0; i < c->authorities; i++)
		gnutls_x509_crt_deinit(c->authority[i]);
	for (unsigned i = 0; i < c->crls; i++)
		gnutls_x509_crl_deinit(c->crl[i]);
	free(c->authority);
	gnutls_free(c->crl);
	free(c->crl_warned);
	free(c);
}

bool creds_has_key(const struct creds *c)
{
	return c && c->auth != AUTH_ANONYMOUS;
}

const uint8_t *creds_key_id(const struct creds *c)
{
	return c->key_id;
}
