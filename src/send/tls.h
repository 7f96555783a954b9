/* send_tls: TLS as the transport of the connection, with GnuTLS.
 *
 * Loads certificates once, makes each connection's handshake, verifies the server while that goes
 * on, so that our certificate goes to nobody else, and carries the bytes. Refuses to wait: send_net
 * does. No resumption of sessions: connections are few and long. The only file of the sender that
 * includes GnuTLS. */
#ifndef SEND_TLS_H
#define SEND_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "send/net.h"

#define SEND_TLS_PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct send_tls_options {
	const char *ca;       /* NULL: the system's trust store */
	const char *cert;     /* NULL: none */
	const char *key;      /* with cert */
	const char *name;     /* that the server must have; a name or an IP address */
	const char *priority; /* NULL: SEND_TLS_PRIORITY */
	bool no_verify;
};

struct send_tls;

/* Reads the files. The options stay the caller's, and must stay. NULL with `error`. */
struct send_tls *send_tls_new(const struct send_tls_options *o, char *error, size_t error_size);

/* For send_net.open, with a struct send_tls as its opener. */
bool send_tls_open(void *opener, struct send_transport *t, int fd);

void send_tls_free(struct send_tls *tls);

#endif
