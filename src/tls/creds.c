/* creds: see creds.h. */
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

#include "config/keys.h"
#include "tls/creds_gnutls.h"
#include "base/wholefile.h"

/* "anonymous" means TLS 1.2 with anonymous ECDH: TLS 1.3 has nothing of the kind. */
#define ANONYMOUS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH"

/* 2048 bits of RSA, 256 of a curve, no SHA-1. */
#define STRENGTH ":%PROFILE_MEDIUM"

static struct keeper_line keeper = {.fd = -1, .wake = -1};

void creds_use_keeper(const struct keeper_line *line)
{
	keeper = *line;
}

/* Where a complaint belongs, and whose it is. */
struct site {
	struct problems *problems;
	struct origin at;
	const char *key;
};

static struct site site_of(const struct config *c, const char *key, struct problems *p)
{
	return (struct site){p, config_origin(&config_tls_keys, &c->tls.origins, key), key};
}

#define BAD(s, fmt, ...)                                                                           \
	problem_error((s)->problems, (s)->at.file, (s)->at.line, "%s " fmt, (s)->key, __VA_ARGS__)
#define ODD(s, fmt, ...)                                                                           \
	problem_warning((s)->problems, (s)->at.file, (s)->at.line, "%s " fmt, (s)->key, __VA_ARGS__)

/* ---- files ---- */

/* Its text, in the region. False when it cannot be read: an error tells why. */
static bool read_file(struct region *r, const char *path, gnutls_datum_t *out, const struct site *s)
{
	const char *why;
	size_t len;
	char *text = wholefile_read(r, path, &len, &why);

	if (!text) {
		BAD(s, "%s: %s", path, why);
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

	if (!read_file(c->reading, path, &text, s))
		return false;
	e = gnutls_x509_crt_list_import2(&list, &n, &text, GNUTLS_X509_FMT_PEM, 0);
	if (e < 0) {
		BAD(s, "%s: no certificate in PEM form: %s", path, gnutls_strerror(e));
		return false;
	}
	grown = realloc(c->authority, (c->authorities + n) * sizeof(*grown));
	if (grown) {
		c->authority = grown;
		memcpy(grown + c->authorities, list, n * sizeof(*list));
		c->authorities += n;
	} else {
		BAD(s, "%s: out of memory", path);
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
		BAD(s, "%s: %s", path, strerror(errno));
		return false;
	}
	while (errno = 0, (e = readdir(dir))) {
		char *file;

		if (e->d_name[0] == '.')
			continue;
		file = region_print(c->reading, "%s/%s", path, e->d_name);
		if (!file)
			BAD(s, "%s: out of memory", path);
		ok = file && add_authorities(c, file, s) && ok;
	}
	if (errno) { /* those that were not seen would be missing without a word */
		BAD(s, "%s: %s", path, strerror(errno));
		ok = false;
	}
	closedir(dir);
	if (ok && c->authorities == 0)
		BAD(s, "%s: no certificate in this directory", path);
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
		BAD(&s, "%s: cannot be used", path);
		return false;
	}
	return true;
}

/* ---- revocation ---- */

/* A list that is past its next update, or not valid yet, still is a list: only a warning. */
static bool issued_by_us(const struct creds *c, gnutls_x509_crl_t crl)
{
	const unsigned aged =
	    GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED | GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;
	unsigned status;

	if (gnutls_x509_crl_verify(crl, c->authority, c->authorities, 0, &status) < 0)
		return false;
	/* GNUTLS_CERT_INVALID stands beside every reason, and so beside these */
	return status == 0 || ((status & aged) && (status & ~(aged | GNUTLS_CERT_INVALID)) == 0);
}

/* Looks for a serial number among the entries (id NULL: reads them). 0, or why an entry cannot be
 * read: what stands behind that one would not be found. */
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
		BAD(s, "%s: a revocation list that no authority of capath has signed", path);
		return false;
	}
	e = crl_walk(crl, NULL, &found);
	if (e == GNUTLS_E_SHORT_MEMORY_BUFFER)
		BAD(s, "%s: a serial number is longer than %d bytes", path, CERTID_SERIAL_MAX);
	else if (e < 0)
		BAD(s, "%s: an entry of the revocation list cannot be read: %s", path,
		    gnutls_strerror(e));
	return e == 0;
}

static bool load_crl(struct creds *c, const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "crlfile", p);
	const char *path = config->tls.crlfile;
	gnutls_datum_t text;
	int e;

	if (!read_file(c->reading, path, &text, &s))
		return false;
	e = gnutls_x509_crl_list_import2(&c->crl, &c->crls, &text, GNUTLS_X509_FMT_PEM, 0);
	if (e < 0 || c->crls == 0) {
		BAD(&s, "%s: no revocation list in PEM form: %s", path,
		    e < 0 ? gnutls_strerror(e) : "empty");
		return false;
	}
	if (c->authorities == 0) /* that is the complaint already */
		return false;
	for (unsigned i = 0; i < c->crls; i++)
		if (!crl_ok(c, c->crl[i], path, &s))
			return false;
	if (gnutls_certificate_set_x509_crl(c->certificate, c->crl, (int)c->crls) < 0) {
		BAD(&s, "%s: cannot be used", path);
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

/* ---- the server's own ---- */

static int ask_keeper(gnutls_sign_algorithm_t algorithm, bool hashed, const gnutls_datum_t *data,
    gnutls_datum_t *signature)
{
	uint8_t out[KEEPER_SIGNATURE];
	ssize_t n = keeper_sign(&keeper, (uint32_t)algorithm, hashed, data->data, data->size, out);

	if (n < 0)
		return GNUTLS_E_PK_SIGN_FAILED;
	signature->data = gnutls_malloc((size_t)n);
	if (!signature->data)
		return GNUTLS_E_MEMORY_ERROR;
	memcpy(signature->data, out, (size_t)n);
	signature->size = (unsigned)n;
	return 0;
}

/* GnuTLS asks so for Ed25519, which has no separate hash, … */
static int sign_data(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *context,
    unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *signature)
{
	(void)key;
	(void)context;
	(void)flags;
	return ask_keeper(algorithm, false, data, signature);
}

/* … and so for all others. PKCS #1 v1.5 comes as RSA of anything, with the hash already wrapped:
 * unwrapped here, so that the keeper need never sign anything. */
static int sign_hash(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *context,
    unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature)
{
	uint8_t bare[64];
	gnutls_datum_t unwrapped = {bare, sizeof(bare)};
	gnutls_digest_algorithm_t digest;

	(void)key;
	(void)context;
	(void)flags;
	if (algorithm != GNUTLS_SIGN_RSA_RAW)
		return ask_keeper(algorithm, true, hash, signature);
	if (gnutls_decode_ber_digest_info(hash, &digest, bare, &unwrapped.size) < 0)
		return GNUTLS_E_PK_SIGN_FAILED;
	return ask_keeper(gnutls_pk_to_sign(GNUTLS_PK_RSA, digest), true, &unwrapped, signature);
}

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

/* The credentials own chain and key from here on, whatever they answer. */
static int use_certificate(struct creds *c, gnutls_pcert_st *chain, unsigned n)
{
	int e = describe_key(c, &chain[0]) ? gnutls_privkey_init(&c->key)
					   : GNUTLS_E_UNKNOWN_PK_ALGORITHM;

	if (e == 0)
		e = gnutls_privkey_import_ext4(
		    c->key, c, sign_data, sign_hash, NULL, NULL, key_info, 0);
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

	if (!read_file(c->reading, config->tls.server_cert, &text, &s))
		return false;
	e = gnutls_pcert_list_import_x509_raw(chain, &n, &text, GNUTLS_X509_FMT_PEM, 0);
	if (e < 0 || n == 0) {
		BAD(&s, "%s: no certificate in PEM form: %s", config->tls.server_cert,
		    gnutls_strerror(e));
		return false;
	}
	c->expires = expiry(&chain[0]);
	e = use_certificate(c, chain, n);
	if (e < 0) {
		BAD(&s, "%s: cannot be used: %s", config->tls.server_cert, gnutls_strerror(e));
		return false;
	}
	return true;
}

/* Readable by others, or by a group that is not the server's own. */
static void check_key_mode(const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "server-key", p);
	struct stat st;

	if (stat(config->tls.server_key, &st) < 0)
		return; /* the keeper will say why it cannot be read */
	if ((st.st_mode & S_IROTH) || ((st.st_mode & S_IRGRP) && st.st_gid != getegid()))
		ODD(&s, "%s: others than the server may read the key (mode %04o)",
		    config->tls.server_key, st.st_mode & 07777u);
}

/* ---- all of it ---- */

static bool has_version(gnutls_priority_t priority)
{
	const unsigned *v;
	int n = gnutls_priority_protocol_list(priority, &v);

	while (n > 0 && v[n - 1] > GNUTLS_TLS_VERSION_MAX) /* of DTLS */
		n--;
	return n > 0;
}

/* GnuTLS takes priorities with which no handshake of a server that has a certificate comes to its
 * end. Before TLS 1.2 what is signed does not depend on them. */
static bool check_priority(gnutls_priority_t priority, const char *text, const struct site *s)
{
	const unsigned *list;
	bool version = has_version(priority),
	     group = gnutls_priority_group_list(priority, &list) > 0;

	if (!version)
		BAD(s, "\"%s\": no version of TLS is left", text);
	else if (!group)
		BAD(s, "\"%s\": no group for the key exchange is left", text);
	else if (gnutls_priority_sign_list(priority, &list) == 0)
		ODD(s, "\"%s\": no signature is left, without which there is no TLS 1.2 or 1.3",
		    text);
	return version && group;
}

/* How strong certificates must be belongs to the priority, too: GnuTLS joins a profile that is set
 * elsewhere with that of the priority bit by bit, into another one. */
static bool load_priority(struct creds *c, const struct config *config, struct problems *p)
{
	struct site s = site_of(config, "priority", p);
	const char *text = c->auth == AUTH_ANONYMOUS ? ANONYMOUS_PRIORITY : config->tls.priority,
		   *at = text;
	const char *profile = strstr(text, "%PROFILE") ? "" : STRENGTH;
	char *all;
	int e;

	if (asprintf(&all, "%s%s", text, profile) < 0)
		return false;
	e = gnutls_priority_init(&c->priority, all, &at);
	if (e < 0) { /* `at` is in `all`: what was added to it is nobody's mistake */
		size_t good = at >= all && at <= all + strlen(text) ? (size_t)(at - all) : 0;

		BAD(&s, "\"%s\": %s at \"%s\"", text, gnutls_strerror(e), text + good);
	}
	free(all);
	return e >= 0 && (c->auth == AUTH_ANONYMOUS || check_priority(c->priority, text, &s));
}

static bool load_all(struct creds *c, const struct config *config, struct problems *p)
{
	bool ok = load_priority(c, config, p);

	if (c->auth == AUTH_ANONYMOUS)
		return gnutls_anon_allocate_server_credentials(&c->anonymous) == 0 && ok;
	if (gnutls_certificate_allocate_credentials(&c->certificate) < 0)
		return false;
	gnutls_certificate_set_flags(c->certificate, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	ok = load_certificate(c, config, p) && ok;
	check_key_mode(config, p);
	if (c->auth == AUTH_X509) {
		ok = load_authorities(c, config, p) && ok;
		if (config->tls.crlfile)
			ok = load_crl(c, config, p) && ok;
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

struct creds *creds_open(const struct config *config, struct problems *p)
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
	if (ok) {
		creds_age(c, config, p);
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

void creds_age(const struct creds *c, const struct config *config, struct problems *p)
{
	struct site cert = site_of(config, "server-cert", p), crl = site_of(config, "crlfile", p);
	time_t now = time(NULL);

	if (creds_has_key(c) && c->expires >= 0 && c->expires < now)
		ODD(&cert, "%s: the certificate has expired", config->tls.server_cert);
	for (unsigned i = 0; i < c->crls; i++) {
		time_t next = gnutls_x509_crl_get_next_update(c->crl[i]);

		if (next != (time_t)-1 && next < now)
			ODD(&crl, "%s: a revocation list is past its next update",
			    config->tls.crlfile);
	}
}
