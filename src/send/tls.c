/* send_tls: see send_tls.h. */
#include "send/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"

/* Records under one key. RFC 8446, 5.5, allows about 2^24.5 full ones with AES-GCM. TLS 1.2 has no
 * way to change keys that servers still allow, so there this is left to the length of a capture. */
#ifndef SEND_TLS_KEY_RECORDS
#define SEND_TLS_KEY_RECORDS (UINT32_C(1) << 23)
#endif

struct send_tls {
	const struct send_tls_options *o;
	gnutls_certificate_credentials_t cred;
	gnutls_priority_t priority;
};

/* One connection. */
struct state {
	const struct send_tls *tls;
	gnutls_session_t session;
	int fd;
	int broken;       /* errno of writing, once that has failed */
	bool ended;       /* the server has said that it sends nothing more */
	bool said;        /* we have */
	uint32_t records; /* under this key */
	char why[400];
};

/* ---- texts ---- */

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

/* ---- is it the server? ---- */

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
static void describe_status(struct state *s, unsigned status, gnutls_x509_crt_t crt)
{
	time_t now = time(NULL), from = gnutls_x509_crt_get_activation_time(crt),
	       to = gnutls_x509_crt_get_expiration_time(crt);
	gnutls_datum_t text;

	if (status & GNUTLS_CERT_REVOKED) {
		add(s->why, sizeof(s->why), " has been revoked");
	} else if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) {
		add(s->why, sizeof(s->why), " is of an unknown authority");
		add_issuer(s->why, sizeof(s->why), crt);
	} else if ((status & GNUTLS_CERT_EXPIRED) && to < now) {
		add(s->why, sizeof(s->why), " expired");
		add_date(s->why, sizeof(s->why), to);
	} else if (status & GNUTLS_CERT_EXPIRED) {
		add(s->why, sizeof(s->why), " has an authority whose own certificate expired");
	} else if ((status & GNUTLS_CERT_NOT_ACTIVATED) && from > now) {
		add(s->why, sizeof(s->why), " is not valid before");
		add_date(s->why, sizeof(s->why), from);
	} else if (status & GNUTLS_CERT_PURPOSE_MISMATCH) {
		add(s->why, sizeof(s->why), " is not for servers");
	} else if (gnutls_certificate_verification_status_print(
		       status, GNUTLS_CRT_X509, &text, 0) == 0) {
		add(s->why, sizeof(s->why), " is not trusted: %s", (const char *)text.data);
		gnutls_free(text.data);
	} else {
		add(s->why, sizeof(s->why), " is not trusted");
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

static void describe_names(struct state *s, gnutls_x509_crt_t crt)
{
	char data[256], text[256];
	size_t len;
	int type, count = 0;

	add(s->why, sizeof(s->why), " is not for %.100s but for", s->tls->o->name);
	for (unsigned i = 0;; i++) {
		len = sizeof(data);
		type = gnutls_x509_crt_get_subject_alt_name(crt, i, data, &len, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (type >= 0 && name_text(type, data, len, text, sizeof(text)))
			add(s->why, sizeof(s->why), "%s %s", count++ > 0 ? "," : "", text);
		else if (type < 0 && type != GNUTLS_E_SHORT_MEMORY_BUFFER)
			break;
	}
	len = sizeof(data);
	if (count == 0 &&
	    gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, data, &len) ==
		0 &&
	    name_text(GNUTLS_SAN_DNSNAME, data, len, text, sizeof(text)))
		add(s->why, sizeof(s->why), " %s", text);
	else if (count == 0)
		add(s->why, sizeof(s->why), " no name");
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

static bool verify_with(struct state *s, gnutls_x509_crt_t crt)
{
	gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
	    .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER};
	unsigned status = 0;
	int r = gnutls_certificate_verify_peers(s->session, &purpose, 1, &status);

	if (r == 0 && status == 0 && name_fits(s->tls->o->name, crt))
		return true;
	snprintf(s->why, sizeof(s->why), "the server's certificate");
	if (r != 0)
		add(s->why, sizeof(s->why), " cannot be verified: %s", gnutls_strerror(r));
	else if (status != 0)
		describe_status(s, status, crt);
	else
		describe_names(s, crt);
	return false;
}

/* Called in the handshake, before anything of ours is shown. */
static int verify(gnutls_session_t session)
{
	struct state *s = gnutls_session_get_ptr(session);
	unsigned count = 0;
	const gnutls_datum_t *list = gnutls_certificate_get_peers(session, &count);
	gnutls_x509_crt_t crt;
	bool ok;

	snprintf(s->why, sizeof(s->why), "the server's certificate cannot be read");
	if (!list || count == 0 || gnutls_x509_crt_init(&crt) != 0)
		return GNUTLS_E_CERTIFICATE_ERROR;
	ok = gnutls_x509_crt_import(crt, &list[0], GNUTLS_X509_FMT_DER) == 0 && verify_with(s, crt);
	gnutls_x509_crt_deinit(crt);
	return ok ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

/* ---- the transport ---- */

/* A broken connection looks like a full one to GnuTLS, lest it gives up the session: the reason,
 * an alert, may still be there to be read. */
static ssize_t push(gnutls_transport_ptr_t p, const giovec_t *iov, int count)
{
	struct state *s = p;
	struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)count};
	ssize_t put = s->broken ? -1 : sendmsg(s->fd, &m, MSG_NOSIGNAL);

	if (put >= 0)
		return put;
	if (!s->broken && errno != EAGAIN && errno != EINTR)
		s->broken = errno;
	gnutls_transport_set_errno(s->session, s->broken ? EAGAIN : errno);
	return -1;
}

/* Makes errno, and a text where that does not say it, of an error; `doing` is where. -1. */
static int fail(struct send_transport *t, int r, int err, const char *doing)
{
	struct state *s = t->state;

	if (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED || !gnutls_error_is_fatal(r)) {
		t->wants = gnutls_record_get_direction(s->session) ? POLLOUT : POLLIN;
		errno = r == GNUTLS_E_INTERRUPTED ? EINTR : EAGAIN;
		return -1;
	}
	if (r == GNUTLS_E_PULL_ERROR || r == GNUTLS_E_PUSH_ERROR) {
		errno = err != 0 ? err : ECONNRESET;
		return -1;
	}
	if (r == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		const char *name = gnutls_alert_get_name(gnutls_alert_get(s->session));

		snprintf(s->why, sizeof(s->why), "the server ended %s with the alert '%s'", doing,
		    name ? name : "unknown");
	} else {
		snprintf(s->why, sizeof(s->why), "%s failed: %s", doing, gnutls_strerror(r));
	}
	t->why = s->why;
	errno = EPROTO;
	return -1;
}

/* After writing has failed: an alert that came before says more than errno. -1. */
static int fail_broken(struct send_transport *t)
{
	struct state *s = t->state;
	char data[512];

	for (int i = 0; i < 16; i++) {
		ssize_t r = gnutls_record_recv(s->session, data, sizeof(data));

		if (r == GNUTLS_E_FATAL_ALERT_RECEIVED)
			return fail(t, (int)r, 0, "the TLS connection");
		if (r == 0 || (r < 0 && gnutls_error_is_fatal((int)r)))
			break;
	}
	errno = s->broken;
	return -1;
}

static int tls_start(struct send_transport *t)
{
	struct state *s = t->state;
	int r = gnutls_handshake(s->session), err = s->broken ? s->broken : errno;

	if (r == 0)
		return 0;
	if (!s->broken && !gnutls_error_is_fatal(r))
		return fail(t, r, err, "the TLS handshake");
	gnutls_alert_send_appropriate(s->session, r); /* if that can be done at once */
	if (r == GNUTLS_E_PREMATURE_TERMINATION)
		snprintf(s->why, sizeof(s->why),
		    "the server closed the connection in the TLS handshake; has it TLS?");
	else if (s->broken || r == GNUTLS_E_PULL_ERROR)
		snprintf(s->why, sizeof(s->why), "the TLS handshake broke: %s", strerror(err));
	else if (r != GNUTLS_E_CERTIFICATE_ERROR || !s->why[0]) /* else verify has said it */
		return fail(t, r, err, "the TLS handshake");
	t->why = s->why;
	errno = EPROTO;
	return -1;
}

static bool key_is_old(const struct state *s)
{
	return s->records >= SEND_TLS_KEY_RECORDS &&
	       gnutls_protocol_get_version(s->session) == GNUTLS_TLS1_3;
}

/* GnuTLS takes a record's worth of it. After EAGAIN it holds that, encrypted, and the same has to
 * be offered again. */
static ssize_t tls_write(struct send_transport *t, const void *data, size_t len)
{
	struct state *s = t->state;
	ssize_t r = 0;
	int err;

	if (key_is_old(s)) {
		r = gnutls_session_key_update(s->session, 0);
		err = errno;
		if (r == 0)
			s->records = 0;
	}
	if (r == 0) {
		r = gnutls_record_send(s->session, data, len);
		err = errno;
	}
	if (r >= 0) {
		s->records++;
		return r;
	}
	return s->broken ? fail_broken(t) : fail(t, (int)r, err, "the TLS connection");
}

/* Session tickets and new keys are taken by GnuTLS, which then has nothing to give: EAGAIN. The end
 * is that of TCP, as in plain: close_notify may come before the last of ours is acknowledged, and
 * not every server sends it. */
static ssize_t tls_read(struct send_transport *t, void *data, size_t len)
{
	struct state *s = t->state;
	ssize_t r;
	int err;

	t->wants = POLLIN;
	if (s->ended)
		return recv(s->fd, data, len, 0);
	r = gnutls_record_recv(s->session, data, len);
	err = errno;
	if (r > 0)
		return r;
	if (r == 0 && s->said) {
		s->ended = true;
		return recv(s->fd, data, len, 0);
	}
	if (r == 0 || r == GNUTLS_E_PREMATURE_TERMINATION)
		return 0;
	return fail(t, (int)r, err, "the TLS connection");
}

static int tls_finish(struct send_transport *t)
{
	struct state *s = t->state;
	int r = s->said ? 0 : gnutls_bye(s->session, GNUTLS_SHUT_WR), err = errno;

	if (r != 0)
		return s->broken ? fail_broken(t) : fail(t, r, err, "the TLS connection");
	s->said = true;
	return shutdown(s->fd, SHUT_WR);
}

static void tls_close(struct send_transport *t)
{
	struct state *s = t->state;

	gnutls_deinit(s->session);
	close(s->fd);
	free(s);
}

static bool start_session(struct state *s)
{
	const struct send_tls *tls = s->tls;
	const char *name = tls->o->name;
	struct addr a;

	/* The one certificate we have goes to the server whatever authorities it asks for: then it
	 * is the server that says what is wrong. */
	if (gnutls_init(&s->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_FORCE_CLIENT_CERT) !=
	    0)
		return false;
	gnutls_session_set_ptr(s->session, s);
	gnutls_transport_set_int(s->session, s->fd);
	gnutls_transport_set_ptr2(s->session, (gnutls_transport_ptr_t)(intptr_t)s->fd, s);
	gnutls_transport_set_vec_push_function(s->session, push);
	if (gnutls_priority_set(s->session, tls->priority) == 0 &&
	    gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, tls->cred) == 0 &&
	    (addr_parse(name, &a) ||
		gnutls_server_name_set(s->session, GNUTLS_NAME_DNS, name, strlen(name)) == 0))
		return true;
	gnutls_deinit(s->session);
	return false;
}

bool send_tls_open(void *opener, struct send_transport *t, int fd)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!s) {
		close(fd);
		return false;
	}
	s->tls = opener;
	s->fd = fd;
	if (!start_session(s)) {
		close(fd);
		free(s);
		return false;
	}
	*t = (struct send_transport){.fd = fd,
	    .state = s,
	    .start = tls_start,
	    .write = tls_write,
	    .read = tls_read,
	    .finish = tls_finish,
	    .close = tls_close};
	return true;
}

/* ---- what is needed for all connections ---- */

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
	const char *text = tls->o->priority ? tls->o->priority : SEND_TLS_PRIORITY, *at = text;

	if (gnutls_priority_init(&tls->priority, text, &at) == 0)
		return true;
	snprintf(error, size, "--priority: not understood from '%.200s'", at);
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
	if (!o->no_verify)
		gnutls_certificate_set_verify_function(tls->cred, verify);
	if (load_ca(tls, error, error_size) && load_pair(tls, error, error_size) &&
	    load_priority(tls, error, error_size))
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
	gnutls_certificate_free_credentials(tls->cred);
	free(tls);
}
