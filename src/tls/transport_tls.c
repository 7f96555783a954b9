/* transport_tls: see transport_tls.h. */
#include "tls/transport_tls.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tls/creds_gnutls.h"
#include "tls/explain.h"
#include "tls/keycost.h"
#include "tls/messages.h"
#include "tls/records.h"
#include "tls/keeper_client.h"
#include "base/io.h"
#include "base/pages.h"

/* One recv() of this much instead of two for each TLS record. */
#define PULL (256 * 1024)

/* Bytes of a whole handshake, and of one message: room for a long certificate chain. */
#define HANDSHAKE_MAX (128 * 1024)
#define MESSAGE_MAX   (64 * 1024)

/* RFC 8879. */
#define COMPRESSED_CERTIFICATE 25

/* Limit of consecutive records without data: empty ones, warning alerts, KeyUpdates. GnuTLS reads
 * any number of them in one call, during which no deadline is checked; a sender needs one now and
 * then. */
#define EMPTY_MAX 1000

/* How long TLS waits to send its own records (KeyUpdate, alerts) to a peer that does not read. */
#define PUSH_MS 10000

struct tls {
	gnutls_session_t session;
	struct transport *transport;
	const struct creds *creds;
	struct tls_identity identity; /* of the peer */
	unsigned newest;              /* version of TLS that it offers; 0: not known */
	bool done;                    /* the handshake */
	uint64_t taken;               /* bytes that GnuTLS has taken so far */
	int keeper;                   /* of this connection's signature, -1: none */

	uint8_t *buffer; /* what was received and GnuTLS has not taken; NULL while nothing comes */
	size_t at, have;
	enum transport_status pull_status; /* why the last pull gave nothing */

	struct tls_records records; /* of the bytes that GnuTLS took */

	bool notified;               /* the peer has ended its stream with close_notify */
	enum transport_status ended; /* what every further read answers; DATA: nothing has ended */
};

/* ---- the socket, for GnuTLS ---- */

static ssize_t pull(gnutls_transport_ptr_t context, void *data, size_t len)
{
	struct tls *s = context;
	size_t n;

	if (s->at == s->have) {
		size_t got;

		if (!s->buffer)
			s->buffer = pages_new(PULL);
		if (!s->buffer) {
			gnutls_transport_set_errno(s->session, ENOMEM);
			return -1;
		}
		s->pull_status = transport_receive(s->transport, s->buffer, PULL, &got);
		if (s->pull_status == TRANSPORT_EOF)
			return 0;
		if (s->pull_status != TRANSPORT_DATA) {
			bool error = s->pull_status == TRANSPORT_ERROR;

			gnutls_transport_set_errno(s->session, error ? ECONNRESET : EAGAIN);
			return -1;
		}
		s->at = 0;
		s->have = got;
	}
	n = s->have - s->at < len ? s->have - s->at : len;
	memcpy(data, s->buffer + s->at, n);
	tls_records_follow(&s->records, s->buffer + s->at, n);
	s->at += n;
	s->taken += n;
	return (ssize_t)n;
}

/* The records of a flight, as few segments. */
static ssize_t push(gnutls_transport_ptr_t context, const giovec_t *part, int parts)
{
	struct tls *s = context;
	ssize_t sum = 0;

	for (int i = 0; i < parts; i++) {
		int more = i + 1 < parts ? MSG_MORE : 0;
		ssize_t n = send(s->transport->fd, part[i].iov_base, part[i].iov_len,
		    MSG_DONTWAIT | MSG_NOSIGNAL | more);

		if (n < 0 && sum == 0) {
			gnutls_transport_set_errno(s->session, errno);
			snprintf(s->transport->reason, sizeof(s->transport->reason), "%s",
			    strerror(errno));
			return -1;
		}
		if (n > 0)
			sum += n;
		if (n < 0 || (size_t)n < part[i].iov_len)
			break;
	}
	return sum;
}

/* Waits for what GnuTLS is waiting for. */
static enum transport_status wait_for(struct tls *s, int64_t deadline)
{
	struct pollfd p[2] = {{.fd = s->transport->fd, .events = POLLOUT},
	    {.fd = s->transport->signals, .events = POLLIN}};
	int64_t left;
	int n;

	if (gnutls_record_get_direction(s->session) == 0)
		return s->at < s->have ? TRANSPORT_DATA : transport_wait(s->transport, deadline);
	left = deadline - io_monotonic_ms();
	if (left > PUSH_MS)
		left = PUSH_MS;
	n = poll(p, 2, left < 0 ? 0 : (int)left);
	if (n == 0)
		return TRANSPORT_TIMEOUT;
	return n < 0 || p[1].revents ? TRANSPORT_SIGNAL : TRANSPORT_DATA;
}

/* ---- the handshake ---- */

static enum transport_status read_tls(
    struct transport *t, void *buf, size_t len, int64_t deadline, size_t *got);

/* Called by GnuTLS when it has the client's certificates: 0 when they are good. */
static int verify(gnutls_session_t session)
{
	struct tls *s = gnutls_session_get_ptr(session);

	return tls_identity_verify(&s->identity, session) ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

/* Called by GnuTLS with each handshake message, before it looks into it. */
static int look(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *body)
{
	struct tls *s = gnutls_session_get_ptr(session);

	(void)when;
	if (!incoming)
		return 0;
	if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO)
		s->newest = messages_newest(body->data, body->size);
	if (type == COMPRESSED_CERTIFICATE) /* was not offered */
		return GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET;
	if (type != GNUTLS_HANDSHAKE_CERTIFICATE_PKT)
		return 0;
	return tls_keycost_ok(body->data, body->size,
		   gnutls_protocol_get_version(session) == GNUTLS_TLS1_3, s->identity.refusal,
		   sizeof(s->identity.refusal))
		   ? 0
		   : GNUTLS_E_CERTIFICATE_ERROR;
}

static bool set_up(struct tls *s)
{
	const struct creds *c = s->creds;
	int e;

	if (gnutls_init(&s->session,
		GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS | GNUTLS_NO_SIGNAL) < 0)
		return false;
	gnutls_session_set_ptr(s->session, s);
	gnutls_transport_set_ptr(s->session, s);
	gnutls_transport_set_pull_function(s->session, pull);
	gnutls_transport_set_vec_push_function(s->session, push);
	gnutls_handshake_set_timeout(s->session, 0); /* wait_for() has the deadline */
	gnutls_handshake_set_max_packet_length(s->session, MESSAGE_MAX);
	gnutls_handshake_set_hook_function(s->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, look);
	e = gnutls_priority_set(s->session, c->priority);
	if (c->auth == AUTH_ANONYMOUS)
		return e == 0 &&
		       gnutls_credentials_set(s->session, GNUTLS_CRD_ANON, c->anonymous) == 0;
	if (c->auth == AUTH_X509) {
		gnutls_certificate_server_set_request(s->session, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_function(s->session, verify);
	}
	return e == 0 &&
	       gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, c->certificate) == 0;
}

/* A failed handshake has sent its alert already. */
static void say_refused(struct transport *t, bool ours)
{
	struct tls *s = t->state;

	if (s->done)
		gnutls_alert_send(s->session, GNUTLS_AL_FATAL,
		    ours ? GNUTLS_A_INTERNAL_ERROR : GNUTLS_A_DECODE_ERROR);
}

/* A close_notify (RFC 8446, 6.1), as an answer to that of the peer: whose stream may have been cut
 * off by somebody else is told nothing. */
static void say_stored(struct transport *t)
{
	struct tls *s = t->state;

	if (s->notified)
		gnutls_bye(s->session, GNUTLS_SHUT_WR);
}

bool transport_tls(struct transport *t, const struct creds *creds, int keeper,
    const struct tls_candidate *candidates, size_t n)
{
	struct tls *s = calloc(1, sizeof(*s));

	t->state = s;
	t->read = read_tls;
	if (!s)
		return false;
	t->say_refused = say_refused;
	t->say_stored = say_stored;
	s->transport = t;
	s->creds = creds;
	s->identity = (struct tls_identity){.candidate = candidates, .candidates = n};
	s->ended = TRANSPORT_DATA;
	s->keeper = keeper;
	return set_up(s);
}

void transport_tls_free(struct transport *t)
{
	struct tls *s = t->state;

	if (!s)
		return;
	if (s->session)
		gnutls_deinit(s->session);
	pages_free(s->buffer, PULL);
	free(s);
	t->state = NULL;
}

static enum transport_status failed(struct tls *s, int e)
{
	struct transport *t = s->transport;
	const struct tls_failure failure = {
	    .session = s->session,
	    .error = e,
	    .broken = t->reason,
	    .wants = s->creds->auth == AUTH_X509,
	    .shows = s->creds->auth != AUTH_ANONYMOUS,
	    .plain_alert = tls_records_plain_alert(&s->records),
	    .newest = s->newest,
	    .oldest = creds_oldest(s->creds),
	};
	char why[sizeof(t->reason)];

	if (s->identity.refusal[0])
		snprintf(why, sizeof(why), "%s", s->identity.refusal);
	else
		tls_explain(&failure, why, sizeof(why));
	gnutls_alert_send_appropriate(s->session, e);
	memcpy(t->reason, why, sizeof(why)); /* push() may have overwritten it */
	return TRANSPORT_ERROR;
}

static void describe(struct tls *s)
{
	gnutls_session_t x = s->session;

	snprintf(s->identity.peer.protocol, sizeof(s->identity.peer.protocol), "%s/%s",
	    gnutls_protocol_get_name(gnutls_protocol_get_version(x)),
	    gnutls_cipher_get_name(gnutls_cipher_get(x)));
}

enum transport_status transport_tls_handshake(
    struct transport *t, int64_t deadline, struct tls_peer *peer)
{
	struct tls *s = t->state;
	const struct sign_line line = {s->keeper, t->signals, deadline};
	unsigned warnings = 0;

	sign_use(&line);
	for (;;) {
		int e = gnutls_handshake(s->session);
		enum transport_status st;

		if (e == GNUTLS_E_SUCCESS)
			break;
		if (gnutls_error_is_fatal(e))
			return failed(s, e);
		/* before it waits: a flood of warning alerts never makes it wait */
		if (s->taken > HANDSHAKE_MAX || warnings > EMPTY_MAX) {
			snprintf(t->reason, sizeof(t->reason), "the TLS handshake does not end");
			return TRANSPORT_ERROR;
		}
		if (e != GNUTLS_E_AGAIN && e != GNUTLS_E_INTERRUPTED) {
			warnings++;
			continue;
		}
		transport_hurry(s->transport);
		st = wait_for(s, deadline);
		if (st != TRANSPORT_DATA)
			return st;
	}
	if (s->creds->auth == AUTH_X509 && s->identity.peer.fingerprint[0] == '\0')
		return failed(
		    s, GNUTLS_E_CERTIFICATE_REQUIRED); /* GnuTLS should have refused it already */
	describe(s);
	*peer = s->identity.peer;
	s->done = true;
	s->records.begun = 0;
	return TRANSPORT_DATA;
}

/* ---- the bytes ---- */

/* Stores what a failed gnutls_record_recv() means, for this and all further reads. */
static void end(struct tls *s, ssize_t e)
{
	struct transport *t = s->transport;
	bool between = tls_records_between(&s->records);

	if (e == 0) {
		s->ended = TRANSPORT_EOF;
		s->notified = true;
	} else if (e == GNUTLS_E_PREMATURE_TERMINATION || e == GNUTLS_E_SESSION_EOF ||
		   (s->pull_status == TRANSPORT_EOF && !between)) {
		s->ended = between ? TRANSPORT_EOF : TRANSPORT_INVALID;
		snprintf(
		    t->reason, sizeof(t->reason), "truncated: the peer closed within a TLS record");
	} else {
		s->ended = e == GNUTLS_E_PULL_ERROR ? TRANSPORT_ERROR : TRANSPORT_INVALID;
		if (e == GNUTLS_E_REHANDSHAKE)
			snprintf(t->reason, sizeof(t->reason), "the peer wants to renegotiate");
		else if (e != GNUTLS_E_PULL_ERROR)
			snprintf(t->reason, sizeof(t->reason), "TLS: %s", gnutls_strerror((int)e));
	}
}

/* The connection is idle, so the buffer is empty. Returns it and what the handshake freed to the
 * system. malloc_trim() copies no page of the master's heap, which has no free chunks to merge
 * (base/heap). */
static void give_back(struct tls *s)
{
	pages_free(s->buffer, PULL);
	s->buffer = NULL;
	s->at = s->have = 0;
	malloc_trim(0);
}

static enum transport_status read_tls(
    struct transport *t, void *buf, size_t len, int64_t deadline, size_t *got)
{
	struct tls *s = t->state;
	uint64_t enough =
	    s->taken + len; /* of the socket's bytes: those that carry nothing count */
	uint8_t *p = buf;
	enum transport_status st;

	*got = 0;
	/* Signals are handled before buffered data. */
	if (s->at < s->have || gnutls_record_check_pending(s->session) > 0) {
		if (t->queued < 0 && transport_wait(t, 0) == TRANSPORT_SIGNAL)
			return TRANSPORT_SIGNAL;
	}
	for (;;) {
		ssize_t n;

		if (s->ended != TRANSPORT_DATA)
			return *got > 0 ? TRANSPORT_DATA : s->ended;
		if (*got > 0 && s->taken >= enough)
			return TRANSPORT_DATA;
		n = gnutls_record_recv(s->session, p + *got, len - *got);
		if (n > 0) {
			s->records.begun = 0;
			*got += (size_t)n;
			if (*got == len)
				return TRANSPORT_DATA;
			continue;
		}
		if (n < 0 && !gnutls_error_is_fatal((int)n) && s->records.begun > EMPTY_MAX)
			n = GNUTLS_E_TOO_MANY_EMPTY_PACKETS;
		if (n == GNUTLS_E_WARNING_ALERT_RECEIVED)
			continue;
		if (n != GNUTLS_E_AGAIN && n != GNUTLS_E_INTERRUPTED) {
			end(s, n);
			continue;
		}
		if (*got > 0)
			return TRANSPORT_DATA;
		st = wait_for(s, deadline);
		if (st == TRANSPORT_QUIET)
			give_back(s);
		if (st != TRANSPORT_DATA)
			return st;
	}
}
