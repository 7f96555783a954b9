/* send_tls_creds: what all TLS connections of a run need: certificates, key, authorities, priority.
 *
 * Reads the files once. Refuses to make connections. */
#ifndef SEND_TLS_CREDS_H
#define SEND_TLS_CREDS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

#define SEND_TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* Added to it when the server is not verified: a key exchange without a certificate, in TLS 1.2. */
#define SEND_TLS_ANONYMOUS ":+ANON-ECDH"

struct send_tls_options {
	const char *ca;       /* NULL: the system's trust store */
	const char *cert;     /* NULL: none */
	const char *key;      /* with cert */
	const char *name;     /* that the server must have; a name or an IP address */
	const char *priority; /* NULL: SEND_TLS_PRIORITY, and SEND_TLS_ANONYMOUS with no_verify */
	bool no_verify;
};

struct send_tls {
	const struct send_tls_options *o;
	gnutls_certificate_credentials_t cred;
	gnutls_anon_client_credentials_t anonymous; /* NULL: no server without a certificate */
	gnutls_priority_t priority;
};

/* Reads the files. The options stay the caller's, and must stay. NULL with `error`. */
struct send_tls *send_tls_new(const struct send_tls_options *o, char *error, size_t error_size);

void send_tls_free(struct send_tls *tls);

#endif
