/* identity: who the peer of a TLS connection is, from its certificate.
 *
 * Whether the certificate is good (authority, time, purpose, strength, revocation), which names it
 * contains, and the one of the candidates that it fits. Refuses with one sentence that says what to
 * change. Neither reads nor writes a byte of the connection. */
#ifndef TLS_IDENTITY_H
#define TLS_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "tls/certname.h"
#include "config/config.h"

struct gnutls_session_int; /* what a gnutls_session_t points to */

struct tls_peer {
	size_t candidate;  /* which one it is */
	char protocol[96]; /* TLS1.3/AES-256-GCM; of the transport */
	char subject[256]; /* of its certificate; "" for none */
	char fingerprint[8 + 64 + 1];
	struct certid id;
	time_t expires; /* 0: not known */
};

struct tls_candidate {
	const char *client;
	const struct strings *certificate; /* empty: any certificate will do */
};

struct tls_identity {
	const struct tls_candidate *candidate;
	size_t candidates;
	struct tls_peer peer; /* filled */
	char shown[264];      /* the subject, cut so that the reason has room in a line */
	char refusal[512];    /* the reason, "" if accepted or not yet verified */
};

/* Within the handshake, when GnuTLS has the peer's certificates. */
bool tls_identity_verify(struct tls_identity *who, struct gnutls_session_int *session);

/* The same of a certificate in PEM form, at a time, without a handshake: neither who has signed it
 * nor whether it is revoked. *fits: it is accepted. False: there is no certificate in the text. */
bool tls_identity_examine(
    struct tls_identity *who, const char *pem, size_t len, time_t at, bool *fits);

#endif
