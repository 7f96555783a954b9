/* explain: what a failed handshake means, in one sentence, where the certificate is not the reason
 * (identity says those). Refuses to log and to end the connection. */
#ifndef TLS_EXPLAIN_H
#define TLS_EXPLAIN_H

#include <stddef.h>

#include <gnutls/gnutls.h>

/* e: of gnutls_handshake(); broken: why the socket failed, for errors of it. */
void tls_explain(gnutls_session_t session, int e, const char *broken, char *out, size_t size);

#endif
