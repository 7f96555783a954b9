/* send_tls: see tls.h. */
#include "send/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "send/verify.h"

/* Records under one key. RFC 8446, 5.5, allows about 2^24.5 full ones with AES-GCM. TLS 1.2 has no
 * way to change keys that servers still allow, so there this is left to the length of a capture. */
#ifndef SEND_TLS_KEY_RECORDS
#define SEND_TLS_KEY_RECORDS (UINT32_C(1) << 23)
#endif

/* One connection. */
struct state {
	const struct send_tls *tls;
	gnutls_session_t session;
	int fd;
	int broken;                       /* errno of writing, once that has failed */
	int lost;                         /* errno of reading, likewise */
	bool ended;                       /* the server has said that it sends nothing more */
	bool said;                        /* we have */
	uint32_t records;                 /* under this key */
	gnutls_alert_description_t alert; /* that tells the server why it is not trusted */
	char why[400];
};

/* Called in the handshake, before anything of ours is shown. */
static int verify(gnutls_session_t session)
{
	struct state *s = gnutls_session_get_ptr(session);

	return send_verify(session, s->tls->o->name, s->why, sizeof(s->why), &s->alert)
		   ? 0
		   : GNUTLS_E_CERTIFICATE_ERROR;
}

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

/* GnuTLS takes a reset for an end. */
static ssize_t pull(gnutls_transport_ptr_t p, void *data, size_t len)
{
	struct state *s = p;
	ssize_t got = recv(s->fd, data, len, 0);

	if (got < 0 && errno != EAGAIN && errno != EINTR)
		s->lost = errno;
	if (got < 0)
		gnutls_transport_set_errno(s->session, errno);
	return got;
}

static int pull_timeout(gnutls_transport_ptr_t p, unsigned ms)
{
	struct state *s = p;
	struct pollfd f = {.fd = s->fd, .events = POLLIN};

	return poll(&f, 1, ms == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)ms);
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

/* A server says nothing to a host that it does not list, nor to TLS where it expects none. */
static bool ended_by_server(const struct state *s, int r, int err)
{
	return r == GNUTLS_E_PREMATURE_TERMINATION ||
	       ((s->broken || r == GNUTLS_E_PULL_ERROR) && (err == ECONNRESET || err == EPIPE));
}

static void send_alert(struct state *s, int r)
{
	if (r == GNUTLS_E_CERTIFICATE_ERROR && s->alert)
		gnutls_alert_send(s->session, GNUTLS_AL_FATAL, s->alert);
	else
		gnutls_alert_send_appropriate(s->session, r);
}

static int tls_start(struct send_transport *t)
{
	struct state *s = t->state;
	int r = gnutls_handshake(s->session), err = s->broken ? s->broken : errno;

	if (r == 0)
		return 0;
	if (!s->broken && !gnutls_error_is_fatal(r))
		return fail(t, r, err, "the TLS handshake");
	send_alert(s, r); /* if that can be done at once */
	if (ended_by_server(s, r, err))
		snprintf(s->why, sizeof(s->why),
		    "the server ended the connection in the TLS handshake; its log says why: is "
		    "this host in its list of clients, with tls = true, or are there too many "
		    "connections?");
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
		s->ended = t->confirmed = true;
		return recv(s->fd, data, len, 0);
	}
	if (s->lost) {
		errno = s->lost;
		return -1;
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
	if (!tls->o->no_verify)
		gnutls_session_set_verify_function(s->session, verify);
	gnutls_transport_set_ptr(s->session, s);
	gnutls_transport_set_pull_function(s->session, pull);
	gnutls_transport_set_pull_timeout_function(s->session, pull_timeout);
	gnutls_transport_set_vec_push_function(s->session, push);
	if (gnutls_priority_set(s->session, tls->priority) == 0 &&
	    gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, tls->cred) == 0 &&
	    (!tls->anonymous ||
		gnutls_credentials_set(s->session, GNUTLS_CRD_ANON, tls->anonymous) == 0) &&
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
