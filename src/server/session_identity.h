/* session_identity: which of the candidates the peer is: the one whose certificate a TLS handshake
 * proves, or for a plain connection the one that has its address. Its settings become those of the
 * recorder.
 *
 * Refuses to verify a certificate (tls/identity does), and to read what follows the handshake. */
#ifndef SERVER_SESSION_IDENTITY_H
#define SERVER_SESSION_IDENTITY_H

#include "server/session_state.h"

/* Before the sandbox: what the certificates must contain, and a limit of CPU time until the
 * handshake is done. False with errno. */
bool session_identity_begin(struct session *s);

/* The first byte is there. STEP_NEXT: s->client is set, and there is a recorder. */
enum step session_identity_prove(struct session *s);

void session_identity_free(struct session *s);

#endif
