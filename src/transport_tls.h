/* transport_tls: TLS on top of the socket, by GnuTLS, as the server.
 *
 * Handshake, who the peer is, then the bytes. No resumption: no tickets, no session cache. Reads
 * from the socket in large pieces. Knows the candidates only as lists of names. */
#ifndef TRANSPORT_TLS_H
#define TRANSPORT_TLS_H

#include "certname.h"
#include "config.h"
#include "creds.h"
#include "transport.h"

struct tls_peer {
	size_t candidate;  /* which one it is */
	char protocol[96]; /* TLS1.3/AES-256-GCM */
	char subject[256]; /* of its certificate; "" for none */
	char fingerprint[8 + 64 + 1];
	struct certid id;
};

struct tls_candidate {
	const char *client;
	const struct strings *certificate; /* empty: any certificate will do */
};

/* Prepares the handshake. keeper: descriptor of this connection's signature, or -1. False when
 * there is no memory. */
bool transport_tls(struct transport *t, const struct creds *creds, int keeper,
    const struct tls_candidate *candidates, size_t n);

/* Goes on with the handshake: DATA when it is done and *peer is filled; TIMEOUT, SIGNAL (call it
 * again), EOF, or ERROR with t->reason: one sentence that says what to change. */
enum transport_status transport_tls_handshake(
    struct transport *t, int64_t deadline, struct tls_peer *peer);

void transport_tls_free(struct transport *t);

#endif
