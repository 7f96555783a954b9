/* transport_tls: TLS on top of the socket, by GnuTLS, as the server.
 *
 * The handshake (tls/handshake), then the bytes, until the peer ends them or breaks a rule of TLS.
 * Refuses to know how they come from the socket: tls/socket does. */
#ifndef TLS_TRANSPORT_TLS_H
#define TLS_TRANSPORT_TLS_H

#include "tls/creds.h"
#include "tls/identity.h"
#include "tls/transport.h"

/* Prepares the handshake. keeper: descriptor of this connection's signature, or -1. False when
 * there is no memory. */
bool transport_tls(struct transport *t, const struct creds *creds, int keeper,
    const struct tls_candidate *candidates, size_t n);

/* Goes on with the handshake: DATA when it is done and *peer is filled; TIMEOUT, SIGNAL (call it
 * again), or ERROR with t->reason: one sentence that says what to change. */
enum transport_status transport_tls_handshake(
    struct transport *t, int64_t deadline, struct tls_peer *peer);

void transport_tls_free(struct transport *t);

#endif
