/* handshake: that of one connection, by GnuTLS, as the server.
 *
 * How much may come is bounded, a Certificate message is looked at before GnuTLS does, and the
 * keeper signs. Refuses to resume: no tickets, no session cache. Who the peer is, tls_identity
 * decides; what a failure means, tls_explain says. */
#ifndef TLS_HANDSHAKE_H
#define TLS_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include <gnutls/gnutls.h>

#include "tls/creds.h"
#include "tls/identity.h"
#include "tls/socket.h"

struct tls_handshake {
	struct tls_socket *socket;    /* not owned, as its session */
	const struct creds *creds;    /* not owned */
	struct tls_identity identity; /* of the peer */
	unsigned newest;              /* version of TLS that it offers; 0: not known */
	int keeper;                   /* of this connection's signature, -1: none */
};

/* A session of which nobody is sent a ticket. NULL: GnuTLS has no memory. */
gnutls_session_t tls_handshake_session(void);

/* Prepares h->socket->session, of tls_handshake_session(); socket, creds, keeper and the candidates
 * of the identity are set. False: GnuTLS has no memory. */
bool tls_handshake_prepare(struct tls_handshake *h);

/* transport_tls_handshake() without the transport's state. */
enum transport_status tls_handshake_run(struct tls_handshake *h, int64_t deadline);

#endif
