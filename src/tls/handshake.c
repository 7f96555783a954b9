/* handshake: see handshake.h. */
#include "tls/handshake.h"

#include <stdio.h>
#include <string.h>

#include "tls/creds_gnutls.h"
#include "tls/explain.h"
#include "tls/keeper_client.h"
#include "tls/keycost.h"
#include "tls/messages.h"

/* Bytes of a whole handshake, and of one message: room for a long certificate chain. */
#define HANDSHAKE_MAX (128 * 1024)
#define MESSAGE_MAX   (64 * 1024)

/* RFC 8879. */
#define COMPRESSED_CERTIFICATE 25

/* Called by GnuTLS when it has the client's certificates: 0 when they are good. */
static int verify(gnutls_session_t session)
{
	struct tls_handshake *h = gnutls_session_get_ptr(session);

	return tls_identity_verify(&h->identity, session) ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

/* Called by GnuTLS with each handshake message, before it looks into it. */
static int look(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *body)
{
	struct tls_handshake *h = gnutls_session_get_ptr(session);

	(void)when;
	if (!incoming)
		return 0;
	if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO)
		h->newest = messages_newest(body->data, body->size);
	if (type == COMPRESSED_CERTIFICATE) /* was not offered */
		return GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET;
	if (type != GNUTLS_HANDSHAKE_CERTIFICATE_PKT)
		return 0;
	return tls_keycost_ok(body->data, body->size,
		   gnutls_protocol_get_version(session) == GNUTLS_TLS1_3, h->identity.refusal,
		   sizeof(h->identity.refusal))
		   ? 0
		   : GNUTLS_E_CERTIFICATE_ERROR;
}

gnutls_session_t tls_handshake_session(void)
{
	gnutls_session_t x;

	return gnutls_init(
		   &x, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS | GNUTLS_NO_SIGNAL) < 0
		   ? NULL
		   : x;
}

bool tls_handshake_prepare(struct tls_handshake *h)
{
	gnutls_session_t x = h->socket->session;
	const struct creds *c = h->creds;
	int e;

	gnutls_session_set_ptr(x, h);
	gnutls_handshake_set_timeout(x, 0); /* tls_socket_wait() has the deadline */
	gnutls_handshake_set_max_packet_length(x, MESSAGE_MAX);
	gnutls_handshake_set_hook_function(x, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, look);
	e = gnutls_priority_set(x, c->priority);
	if (c->auth == AUTH_ANONYMOUS)
		return e == 0 && gnutls_credentials_set(x, GNUTLS_CRD_ANON, c->anonymous) == 0;
	if (c->auth == AUTH_X509) {
		gnutls_certificate_server_set_request(x, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_function(x, verify);
	}
	return e == 0 && gnutls_credentials_set(x, GNUTLS_CRD_CERTIFICATE, c->certificate) == 0;
}

static enum transport_status failed(struct tls_handshake *h, int e)
{
	struct transport *t = h->socket->transport;
	const struct tls_failure failure = {
	    .session = h->socket->session,
	    .error = e,
	    .broken = t->reason,
	    .wants = h->creds->auth == AUTH_X509,
	    .shows = h->creds->auth != AUTH_ANONYMOUS,
	    .plain_alert = tls_records_plain_alert(&h->socket->records),
	    .newest = h->newest,
	    .oldest = creds_oldest(h->creds),
	};
	char why[sizeof(t->reason)];

	if (h->identity.refusal[0])
		snprintf(why, sizeof(why), "%s", h->identity.refusal);
	else
		tls_explain(&failure, why, sizeof(why));
	gnutls_alert_send_appropriate(h->socket->session, e);
	memcpy(t->reason, why, sizeof(why)); /* the alert may have overwritten it */
	return TRANSPORT_ERROR;
}

static void describe(struct tls_handshake *h)
{
	gnutls_session_t x = h->socket->session;

	snprintf(h->identity.peer.protocol, sizeof(h->identity.peer.protocol), "%s/%s",
	    gnutls_protocol_get_name(gnutls_protocol_get_version(x)),
	    gnutls_cipher_get_name(gnutls_cipher_get(x)));
}

enum transport_status tls_handshake_run(struct tls_handshake *h, int64_t deadline)
{
	struct transport *t = h->socket->transport;
	const struct sign_line line = {h->keeper, t->signals, deadline};
	unsigned warnings = 0;

	sign_use(&line);
	for (;;) {
		int e = gnutls_handshake(h->socket->session);
		enum transport_status st;

		if (e == GNUTLS_E_SUCCESS)
			break;
		if (gnutls_error_is_fatal(e))
			return failed(h, e);
		/* before it waits: a flood of warning alerts never makes it wait */
		if (h->socket->taken > HANDSHAKE_MAX || warnings > TLS_EMPTY_MAX) {
			snprintf(t->reason, sizeof(t->reason), "the TLS handshake does not end");
			return TRANSPORT_ERROR;
		}
		if (e != GNUTLS_E_AGAIN && e != GNUTLS_E_INTERRUPTED) {
			warnings++;
			continue;
		}
		transport_hurry(t);
		st = tls_socket_wait(h->socket, deadline);
		if (st != TRANSPORT_DATA)
			return st;
	}
	/* GnuTLS should have refused it already */
	if (h->creds->auth == AUTH_X509 && h->identity.peer.fingerprint[0] == '\0')
		return failed(h, GNUTLS_E_CERTIFICATE_REQUIRED);
	describe(h);
	return TRANSPORT_DATA;
}
