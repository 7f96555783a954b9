/* send_verify: see verify.h. */
#include "send/verify.h"

#include <gnutls/x509.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/addr.h"

/* Where the reason is written. */
struct why {
	char *text;
	size_t size;
	gnutls_alert_description_t alert;
};

__attribute__((format(printf, 3, 4))) static void add(char *out, size_t size, const char *fmt, ...)
{
	size_t at = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + at, size - at, fmt, ap);
	va_end(ap);
}

/* What a certificate says goes to a terminal: printable ASCII only. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void add_date(char *out, size_t size, time_t t)
{
	struct tm tm;
	char text[32];

	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm) > 0)
		add(out, size, " %s", text);
}

static void add_issuer(char *out, size_t size, gnutls_x509_crt_t crt)
{
	char dn[200];
	size_t len = sizeof(dn);

	if (gnutls_x509_crt_get_issuer_dn(crt, dn, &len) != 0)
		return;
	make_printable(dn);
	add(out, size, " (%s)", dn);
}

/* What verification found, as the end of a sentence. */
static void describe_status(struct why *y, unsigned status, gnutls_x509_crt_t crt)
{
	time_t now = time(NULL), from = gnutls_x509_crt_get_activation_time(crt),
	       to = gnutls_x509_crt_get_expiration_time(crt);
	gnutls_datum_t text;

	if (status & GNUTLS_CERT_REVOKED) {
		y->alert = GNUTLS_A_CERTIFICATE_REVOKED;
		add(y->text, y->size, " has been revoked");
	} else if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) {
		y->alert = GNUTLS_A_UNKNOWN_CA;
		add(y->text, y->size, " is of an unknown authority");
		add_issuer(y->text, y->size, crt);
	} else if ((status & GNUTLS_CERT_EXPIRED) && to < now) {
		y->alert = GNUTLS_A_CERTIFICATE_EXPIRED;
		add(y->text, y->size, " expired");
		add_date(y->text, y->size, to);
	} else if (status & GNUTLS_CERT_EXPIRED) {
		add(y->text, y->size, " has an authority whose own certificate expired");
	} else if ((status & GNUTLS_CERT_NOT_ACTIVATED) && from > now) {
		y->alert = GNUTLS_A_CERTIFICATE_EXPIRED; /* "or is not currently valid" */
		add(y->text, y->size, " is not valid before");
		add_date(y->text, y->size, from);
	} else if (status & GNUTLS_CERT_PURPOSE_MISMATCH) {
		y->alert = GNUTLS_A_UNSUPPORTED_CERTIFICATE;
		add(y->text, y->size, " is not for servers");
	} else if (gnutls_certificate_verification_status_print(
		       status, GNUTLS_CRT_X509, &text, 0) == 0) {
		add(y->text, y->size, " is not trusted: %s", (const char *)text.data);
		gnutls_free(text.data);
	} else {
		add(y->text, y->size, " is not trusted");
	}
}

/* The next name of the certificate as text; false when it is of a kind that is not compared. */
static bool name_text(int type, const char *data, size_t len, char *out, size_t size)
{
	struct addr a = {.len = (uint8_t)len};

	if (type == GNUTLS_SAN_DNSNAME) {
		snprintf(out, size, "%.*s", (int)len, data);
	} else if (type == GNUTLS_SAN_IPADDRESS && (len == 4 || len == 16)) {
		memcpy(a.bytes, data, len);
		addr_format(&a, out);
	} else {
		return false;
	}
	make_printable(out);
	return true;
}

static void describe_names(struct why *y, const char *name, gnutls_x509_crt_t crt)
{
	char data[256], text[256];
	size_t len;
	int type, count = 0;

	y->alert = GNUTLS_A_CERTIFICATE_UNKNOWN;
	add(y->text, y->size, " is not for %.100s but for", name);
	for (unsigned i = 0;; i++) {
		len = sizeof(data);
		type = gnutls_x509_crt_get_subject_alt_name(crt, i, data, &len, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (type >= 0 && name_text(type, data, len, text, sizeof(text)))
			add(y->text, y->size, "%s %s", count++ > 0 ? "," : "", text);
		else if (type < 0 && type != GNUTLS_E_SHORT_MEMORY_BUFFER)
			break;
	}
	len = sizeof(data);
	if (count == 0 &&
	    gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, data, &len) ==
		0 &&
	    name_text(GNUTLS_SAN_DNSNAME, data, len, text, sizeof(text)))
		add(y->text, y->size, " %s", text);
	else if (count == 0)
		add(y->text, y->size, " no name");
}

/* An address must stand in the certificate as one, not as a name that looks like it. */
static bool name_fits(const char *name, gnutls_x509_crt_t crt)
{
	struct addr a;

	if (addr_parse(name, &a))
		return gnutls_x509_crt_check_ip(crt, a.bytes, a.len, 0) != 0;
	return gnutls_x509_crt_check_hostname2(crt, name, GNUTLS_VERIFY_DO_NOT_ALLOW_IP_MATCHES) !=
	       0;
}

static bool verify_with(
    struct why *y, const char *name, gnutls_session_t session, gnutls_x509_crt_t crt)
{
	gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
	    .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER};
	unsigned status = 0;
	int r = gnutls_certificate_verify_peers(session, &purpose, 1, &status);

	if (r == 0 && status == 0 && name_fits(name, crt))
		return true;
	snprintf(y->text, y->size, "the server's certificate");
	if (r != 0)
		add(y->text, y->size, " cannot be verified: %s", gnutls_strerror(r));
	else if (status != 0)
		describe_status(y, status, crt);
	else
		describe_names(y, name, crt);
	return false;
}

bool send_verify(gnutls_session_t session, const char *name, char *why, size_t size,
    gnutls_alert_description_t *alert)
{
	unsigned count = 0;
	const gnutls_datum_t *list = gnutls_certificate_get_peers(session, &count);
	struct why y = {why, size, GNUTLS_A_BAD_CERTIFICATE};
	gnutls_x509_crt_t crt;
	bool ok;

	*alert = y.alert;
	snprintf(why, size, "the server's certificate cannot be read");
	if (!list || count == 0 || gnutls_x509_crt_init(&crt) != 0)
		return false;
	ok = gnutls_x509_crt_import(crt, &list[0], GNUTLS_X509_FMT_DER) == 0 &&
	     verify_with(&y, name, session, crt);
	*alert = y.alert;
	gnutls_x509_crt_deinit(crt);
	return ok;
}
