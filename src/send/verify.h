/* send_verify: whether the other end of a TLS handshake is the server that was meant.
 *
 * Its certificate must be valid, of a trusted authority, for servers, and for the name. Refuses to
 * decide what happens then: it says in words what is wrong. */
#ifndef SEND_VERIFY_H
#define SEND_VERIFY_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

/* name: a DNS name or an IP address. False with `why`, printable text of at most size - 1 bytes,
 * and with the alert that says it to the server; what they hold after true means nothing. */
bool send_verify(gnutls_session_t session, const char *name, char *why, size_t size,
    gnutls_alert_description_t *alert);

#endif
