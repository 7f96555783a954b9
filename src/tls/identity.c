/* identity: see identity.h. */
#include "tls/identity.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* Columns of the log for the subject in a reason, which as a whole has 500. */
#define SHOWN 256

__attribute__((format(printf, 2, 3))) static void say(
    struct tls_identity *who, const char *fmt, ...)
{
	va_list ap;

	if (who->refusal[0])
		return; /* the first one is the cause */
	va_start(ap, fmt);
	vsnprintf(who->refusal, sizeof(who->refusal), fmt, ap);
	va_end(ap);
}

/* A byte that is not printable takes four in the log. */
static void show(struct tls_identity *who)
{
	const char *s = who->peer.subject;
	size_t n = 0, takes = 0;

	for (; s[n]; n++) {
		takes += s[n] >= ' ' && s[n] < 0x7f ? 1 : 4;
		if (takes > SHOWN)
			break;
	}
	snprintf(who->shown, sizeof(who->shown), "%.*s%s", (int)n, s, s[n] ? "..." : "");
}

static void add_name(struct certnames *names, enum certname_type type, const void *data, size_t len)
{
	struct certname *n = &names->name[names->n];

	if (names->n == CERTNAME_MAX || len > sizeof(n->data))
		return; /* the configuration takes no longer ones either */
	n->type = type;
	n->len = len;
	memcpy(n->data, data, len);
	names->n++;
}

static void alternative_names(gnutls_x509_crt_t cert, struct certnames *names)
{
	for (unsigned i = 0;; i++) {
		char data[sizeof(names->name[0].data) + 1];
		size_t len = sizeof(data);
		unsigned type;
		int e = gnutls_x509_crt_get_subject_alt_name2(cert, i, data, &len, &type, NULL);

		if (e == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return;
		names->has_alternative = true;
		if (e < 0 && e != GNUTLS_E_SHORT_MEMORY_BUFFER)
			return;
		if (e < 0)
			continue;
		if (type == GNUTLS_SAN_DNSNAME)
			add_name(names, CERTNAME_DNS, data, len);
		else if (type == GNUTLS_SAN_RFC822NAME)
			add_name(names, CERTNAME_EMAIL, data, len);
		else if (type == GNUTLS_SAN_IPADDRESS)
			add_name(names, CERTNAME_IP, data, len);
	}
}

/* Not gnutls_x509_crt_get_dn_by_oid(): that rewrites a name with a NUL into a harmless one. */
static void common_name(gnutls_x509_crt_t cert, struct certnames *names)
{
	gnutls_x509_dn_t subject;
	gnutls_x509_ava_st part, found;
	unsigned n = 0;

	if (gnutls_x509_crt_get_subject(cert, &subject) < 0)
		return;
	for (int i = 0; gnutls_x509_dn_get_rdn_ava(subject, i, 0, &part) == 0; i++)
		for (int j = 0; gnutls_x509_dn_get_rdn_ava(subject, i, j, &part) == 0; j++)
			if (strcmp((const char *)part.oid.data, GNUTLS_OID_X520_COMMON_NAME) == 0) {
				found = part;
				n++;
			}
	if (n == 1) /* of several none is the one that is meant */
		add_name(names, CERTNAME_COMMON, found.value.data, found.value.size);
}

static void fingerprint(const gnutls_datum_t *der, char out[8 + 64 + 1])
{
	uint8_t hash[32] = {0};

	gnutls_hash_fast(GNUTLS_DIG_SHA256, der->data, der->size, hash);
	out += sprintf(out, "sha256:");
	for (size_t i = 0; i < sizeof(hash); i++)
		out += sprintf(out, "%02x", hash[i]);
}

static bool identify(struct tls_identity *who, gnutls_x509_crt_t cert, const gnutls_datum_t *der)
{
	size_t len = sizeof(who->peer.subject), serial = sizeof(who->peer.id.serial);
	gnutls_datum_t issuer;

	if (gnutls_x509_crt_get_dn(cert, who->peer.subject, &len) < 0)
		snprintf(
		    who->peer.subject, sizeof(who->peer.subject), "(a subject that is too long)");
	show(who);
	fingerprint(der, who->peer.fingerprint);
	who->peer.expires = gnutls_x509_crt_get_expiration_time(cert);
	if (gnutls_x509_crt_get_raw_issuer_dn(cert, &issuer) == 0) {
		gnutls_hash_fast(GNUTLS_DIG_SHA256, issuer.data, issuer.size, who->peer.id.issuer);
		gnutls_free(issuer.data);
	}
	if (gnutls_x509_crt_get_serial(cert, who->peer.id.serial, &serial) < 0) {
		/* no revocation list could name it */
		say(who, "the certificate %s has no serial number, or one above %d bytes",
		    who->shown, CERTID_SERIAL_MAX);
		return false;
	}
	who->peer.id.serial_len = (uint32_t)serial;
	return true;
}

static bool fits(const struct tls_candidate *k, const struct certnames *names)
{
	if (k->certificate->n == 0)
		return true;
	for (size_t i = 0; i < k->certificate->n; i++)
		if (certnames_match(names, k->certificate->v[i]))
			return true;
	return false;
}

/* Names both sides: the reader has to change one of them. */
static void fits_none(struct tls_identity *who, const struct certnames *names)
{
	const struct tls_candidate *k = who->candidate;
	char borne[160], wanted[160] = "";
	size_t at = 0;

	certnames_list(names, borne, sizeof(borne));
	if (who->candidates == 1) {
		say(who,
		    "the certificate %s does not contain the name %s%s that client %s must have, "
		    "but "
		    "%s",
		    who->shown, k->certificate->v[0], k->certificate->n > 1 ? " (or others)" : "",
		    k->client, borne);
		return;
	}
	for (size_t i = 0; i < who->candidates && at < sizeof(wanted); i++)
		at += (size_t)snprintf(wanted + at, sizeof(wanted) - at, "%s%s: %s%s",
		    i > 0 ? ", " : "", k[i].client, k[i].certificate->v[0],
		    k[i].certificate->n > 1 ? " (or others)" : "");
	say(who,
	    "the certificate %s fits none of the %zu clients of this address (%s), but contains %s",
	    who->shown, who->candidates, wanted, borne);
}

/* The one candidate that the certificate fits. */
static bool choose(struct tls_identity *who, const struct certnames *names)
{
	const struct tls_candidate *k = who->candidate;
	size_t n = 0;

	for (size_t i = 0; i < who->candidates; i++)
		if (fits(&k[i], names)) {
			if (n++ == 0)
				who->peer.candidate = i;
			else
				say(who, "the certificate %s fits both clients %s and %s",
				    who->shown, k[who->peer.candidate].client, k[i].client);
		}
	if (n == 0)
		fits_none(who, names);
	return n == 1;
}

static void explain(struct tls_identity *who, unsigned status, gnutls_x509_crt_t cert)
{
	const char *subject = who->shown;

	if (status & GNUTLS_CERT_REVOKED)
		say(who, "the certificate %s is revoked (crlfile)", subject);
	else if (status & GNUTLS_CERT_EXPIRED)
		say(who, "the certificate %s has expired: give the client a new one", subject);
	else if (status & GNUTLS_CERT_NOT_ACTIVATED)
		say(who, "the certificate %s is not valid yet: look at the clocks", subject);
	else if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
		say(who,
		    gnutls_x509_crt_check_issuer(cert, cert)
			? "the certificate %s is self-signed: it must be signed by an authority in "
			  "capath"
			: "the certificate %s is signed by no authority in capath",
		    subject);
	else if (status & GNUTLS_CERT_PURPOSE_MISMATCH)
		say(who, "the certificate %s is not for TLS clients (key usage)", subject);
	else if (status & GNUTLS_CERT_INSECURE_ALGORITHM)
		say(who,
		    "the certificate %s or its authority is too weak (RSA below 2048 bits, SHA-1)",
		    subject);
	else if (status & (GNUTLS_CERT_SIGNER_NOT_CA | GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE))
		say(who, "the issuer of the certificate %s is not a CA", subject);
	else
		say(who, "the certificate %s does not verify (status 0x%x)", subject, status);
}

/* NULL: out of memory. */
static struct certnames *names_of(const struct tls_identity *who, gnutls_x509_crt_t cert)
{
	struct certnames *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	memcpy(names->fingerprint, who->peer.fingerprint, sizeof(names->fingerprint));
	alternative_names(cert, names);
	common_name(cert, names);
	return names;
}

/* Whether one candidate is the peer, by the names in its certificate. */
static bool choose_sound(struct tls_identity *who, const struct certnames *names)
{
	if (certnames_sound(names))
		return choose(who, names);
	say(who, "a name in the certificate %s contains a NUL", who->shown);
	return false;
}

static bool judge(struct tls_identity *who, gnutls_session_t session, gnutls_x509_crt_t cert)
{
	gnutls_typed_vdata_st purpose = {
	    .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (void *)GNUTLS_KP_TLS_WWW_CLIENT};
	struct certnames *names = names_of(who, cert);
	unsigned status;
	bool ok = false;

	if (!names)
		return false;
	if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) < 0)
		say(who, "the certificate %s cannot be verified", who->shown);
	else if (status != 0)
		explain(who, status, cert);
	else
		ok = choose_sound(who, names);
	free(names);
	return ok;
}

bool tls_identity_verify(struct tls_identity *who, gnutls_session_t session)
{
	unsigned n = 0;
	const gnutls_datum_t *der = gnutls_certificate_get_peers(session, &n);
	gnutls_x509_crt_t cert;
	bool ok = false;

	if (!der || n == 0 || gnutls_x509_crt_init(&cert) < 0)
		return false;
	if (gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) < 0) {
		say(who, "the client's certificate cannot be read");
	} else {
		ok = identify(who, cert, der) && judge(who, session, cert);
	}
	gnutls_x509_crt_deinit(cert);
	return ok;
}

/* The time alone, of what explain() tells of a certificate that was verified. */
static bool in_time(struct tls_identity *who, gnutls_x509_crt_t cert, time_t at)
{
	unsigned status = 0;

	if (gnutls_x509_crt_get_expiration_time(cert) < at)
		status = GNUTLS_CERT_EXPIRED;
	else if (gnutls_x509_crt_get_activation_time(cert) > at)
		status = GNUTLS_CERT_NOT_ACTIVATED;
	if (status != 0)
		explain(who, status, cert);
	return status == 0;
}

static bool examine(struct tls_identity *who, gnutls_x509_crt_t cert, time_t at)
{
	gnutls_datum_t der;
	struct certnames *names;
	bool ok;

	if (gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der) < 0)
		return false;
	ok = identify(who, cert, &der);
	gnutls_free(der.data);
	names = ok && in_time(who, cert, at) ? names_of(who, cert) : NULL;
	ok = names && choose_sound(who, names);
	free(names);
	return ok;
}

bool tls_identity_examine(
    struct tls_identity *who, const char *pem, size_t len, time_t at, bool *fits)
{
	const gnutls_datum_t text = {(unsigned char *)(uintptr_t)pem, (unsigned)len};
	gnutls_x509_crt_t cert;
	bool ok;

	if (gnutls_x509_crt_init(&cert) < 0)
		return false;
	ok = gnutls_x509_crt_import(cert, &text, GNUTLS_X509_FMT_PEM) == 0;
	*fits = ok && examine(who, cert, at);
	gnutls_x509_crt_deinit(cert);
	return ok;
}
