/* client_tls: one end of a connection that may be TLS, for the programs that load the server. */
#ifndef CLIENT_TLS_H
#define CLIENT_TLS_H

#include <gnutls/gnutls.h>
#include <netinet/tcp.h>

#include "bench.h"

struct tls_setting { /* cert NULL: plain */
	const char *cert, *key, *priority;
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t compiled;
};

struct link {
	int fd;
	gnutls_session_t tls;
};

static inline void tls_prepare(struct tls_setting *t)
{
	if (!t->cert)
		return;
	if (gnutls_certificate_allocate_credentials(&t->credentials) < 0 ||
	    gnutls_certificate_set_x509_key_file(
		t->credentials, t->cert, t->key, GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_priority_init(&t->compiled, t->priority, NULL) < 0) {
		fprintf(stderr, "TLS: %s, %s or %s is not usable\n", t->cert, t->key, t->priority);
		exit(1);
	}
}

static inline struct link link_open(const struct tls_setting *t, uint32_t from, uint16_t port)
{
	struct link l = {.fd = connect_from(from, port)};
	int e;

	if (!t->cert)
		return l;
	/* the server is not verified: that would be the client's cost, not the server's */
	gnutls_init(&l.tls, GNUTLS_CLIENT | GNUTLS_NO_TICKETS);
	gnutls_priority_set(l.tls, t->compiled);
	gnutls_credentials_set(l.tls, GNUTLS_CRD_CERTIFICATE, t->credentials);
	gnutls_transport_set_int(l.tls, l.fd);
	gnutls_handshake_set_timeout(l.tls, 120000);
	do
		e = gnutls_handshake(l.tls);
	while (e < 0 && !gnutls_error_is_fatal(e));
	if (e < 0) {
		fprintf(stderr, "handshake: %s\n", gnutls_strerror(e));
		exit(1);
	}
	return l;
}

static inline void link_send(const struct link *l, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		ssize_t n =
		    l->tls ? gnutls_record_send(l->tls, p, len) : send(l->fd, p, len, MSG_NOSIGNAL);

		if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
			continue;
		if (n < 0) {
			if (l->tls)
				fprintf(stderr, "TLS: %s\n", gnutls_strerror((int)n));
			die("send");
		}
		p += n;
		len -= (size_t)n;
	}
}

/* Says that this was all. */
static inline void link_finish(const struct link *l)
{
	if (l->tls)
		gnutls_bye(l->tls, GNUTLS_SHUT_WR);
	shutdown(l->fd, SHUT_WR);
}

/* Waits until the other end is gone, in whatever way. */
static inline void link_close(struct link *l)
{
	char c[256];

	while (recv(l->fd, c, sizeof(c), 0) > 0)
		;
	if (l->tls)
		gnutls_deinit(l->tls);
	close(l->fd);
}

#endif
