/* transport_tls: see transport_tls.h. */
#include "tls/transport_tls.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "tls/handshake.h"
#include "tls/socket.h"

struct tls {
	gnutls_session_t session;
	struct tls_socket socket;
	struct tls_handshake handshake;
	bool done;                   /* the handshake */
	bool notified;               /* the peer has ended its stream with close_notify */
	enum transport_status ended; /* what every further read answers; DATA: nothing has ended */
};

/* ---- reading ---- */

/* Stores what a failed gnutls_record_recv() means, for this and all further reads. */
static void end(struct tls *s, ssize_t e)
{
	struct transport *t = s->socket.transport;
	bool between = tls_records_between(&s->socket.records);

	if (e == 0) {
		s->ended = TRANSPORT_EOF;
		s->notified = true;
	} else if (e == GNUTLS_E_PREMATURE_TERMINATION || e == GNUTLS_E_SESSION_EOF ||
		   (s->socket.pull_status == TRANSPORT_EOF && !between)) {
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

/* The connection is idle. Returns the buffer and what the handshake freed to the system.
 * malloc_trim() copies no page of the master's heap, which has no free chunks to merge
 * (base/heap). */
static void give_back(struct tls *s)
{
	tls_socket_shrink(&s->socket);
	malloc_trim(0);
}

static enum transport_status read_tls(
    struct transport *t, void *buf, size_t len, int64_t deadline, size_t *got)
{
	struct tls *s = t->state;
	/* bytes of the socket: those that carry nothing count, too */
	const uint64_t enough = s->socket.taken + len;
	uint8_t *p = buf;
	enum transport_status st;

	*got = 0;
	/* Signals are handled before buffered data. */
	if (tls_socket_has(&s->socket) || gnutls_record_check_pending(s->session) > 0) {
		if (t->queued < 0 && transport_wait(t, 0) == TRANSPORT_SIGNAL)
			return TRANSPORT_SIGNAL;
	}
	for (;;) {
		ssize_t n;

		if (s->ended != TRANSPORT_DATA)
			return *got > 0 ? TRANSPORT_DATA : s->ended;
		if (*got > 0 && s->socket.taken >= enough)
			return TRANSPORT_DATA;
		n = gnutls_record_recv(s->session, p + *got, len - *got);
		if (n > 0) {
			s->socket.records.begun = 0;
			*got += (size_t)n;
			if (*got == len)
				return TRANSPORT_DATA;
			continue;
		}
		if (n < 0 && !gnutls_error_is_fatal((int)n) &&
		    s->socket.records.begun > TLS_EMPTY_MAX)
			n = GNUTLS_E_TOO_MANY_EMPTY_PACKETS;
		if (n == GNUTLS_E_WARNING_ALERT_RECEIVED)
			continue;
		if (n != GNUTLS_E_AGAIN && n != GNUTLS_E_INTERRUPTED) {
			end(s, n);
			continue;
		}
		if (*got > 0)
			return TRANSPORT_DATA;
		st = tls_socket_wait(&s->socket, deadline);
		if (st == TRANSPORT_QUIET)
			give_back(s);
		if (st != TRANSPORT_DATA)
			return st;
	}
}

/* ---- ends ---- */

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

/* ---- the transport ---- */

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
	s->ended = TRANSPORT_DATA;
	s->session = tls_handshake_session();
	if (!s->session)
		return false;
	tls_socket_use(&s->socket, s->session, t);
	s->handshake = (struct tls_handshake){.socket = &s->socket,
	    .creds = creds,
	    .identity = {.candidate = candidates, .candidates = n},
	    .keeper = keeper};
	return tls_handshake_prepare(&s->handshake);
}

enum transport_status transport_tls_handshake(
    struct transport *t, int64_t deadline, struct tls_peer *peer)
{
	struct tls *s = t->state;
	enum transport_status st = tls_handshake_run(&s->handshake, deadline);

	if (st != TRANSPORT_DATA)
		return st;
	*peer = s->handshake.identity.peer;
	s->done = true;
	s->socket.records.begun = 0;
	return TRANSPORT_DATA;
}

void transport_tls_free(struct transport *t)
{
	struct tls *s = t->state;

	if (!s)
		return;
	if (s->session)
		gnutls_deinit(s->session);
	tls_socket_free(&s->socket);
	free(s);
	t->state = NULL;
}
