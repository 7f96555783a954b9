/* explain: what a failed handshake means, in one sentence, where the certificate is not the reason
 * (identity says those). Refuses to log and to end the connection. */
#ifndef TLS_EXPLAIN_H
#define TLS_EXPLAIN_H

#include <stddef.h>

#include <stdbool.h>

#include <gnutls/gnutls.h>

struct tls_failure {
	gnutls_session_t session;
	int error;          /* of gnutls_handshake() */
	const char *broken; /* why the socket failed, for errors of it */
	bool wants;         /* the server asks for a certificate */
	bool shows;         /* the server has one of its own */
	bool plain_alert;   /* the last record that came is an alert without protection */
	unsigned newest;    /* version that the client offers, as on the wire; 0: not known */
	unsigned oldest;    /* that priority allows */
};

void tls_explain(const struct tls_failure *f, char *out, size_t size);

#endif
