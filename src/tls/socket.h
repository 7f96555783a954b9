/* socket: the socket of a connection, as GnuTLS receives from it and sends to it.
 *
 * Receives in large pieces, tells where a record ends (tls/records), and waits for what GnuTLS
 * waits for. Refuses to look at what the records hold, and to decide how many there may be. */
#ifndef TLS_SOCKET_H
#define TLS_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gnutls/gnutls.h>

#include "tls/records.h"
#include "tls/transport.h"

struct tls_socket {
	gnutls_session_t session;          /* not owned */
	struct transport *transport;       /* not owned; its `reason` tells why sending failed */
	uint64_t taken;                    /* bytes that GnuTLS has taken so far */
	struct tls_records records;        /* of those bytes */
	enum transport_status pull_status; /* why the last pull gave nothing */

	/* The rest is its own: what was received and GnuTLS has not taken; NULL while nothing
	 * comes. */
	uint8_t *buffer;
	size_t at, have;
};

/* From here on the session uses the socket of the transport. */
void tls_socket_use(struct tls_socket *s, gnutls_session_t session, struct transport *t);

/* Whether bytes were received that GnuTLS has not taken. */
static inline bool tls_socket_has(const struct tls_socket *s)
{
	return s->at < s->have;
}

/* After GNUTLS_E_AGAIN: waits until there is what GnuTLS waits for, as transport_wait(), also to
 * send. */
enum transport_status tls_socket_wait(struct tls_socket *s, int64_t deadline);

/* Frees the buffer, which must be empty; it comes back with the next bytes. */
void tls_socket_shrink(struct tls_socket *s);

void tls_socket_free(struct tls_socket *s);

#endif
