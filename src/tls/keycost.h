/* keycost: whether the keys in a client's certificates are too costly to be used.
 *
 * In TLS 1.3 the client's signature is verified before anybody looks at who has signed its
 * certificate, so that a stranger could have the server calculate for minutes. Looks at sizes
 * alone (RFC 5280, 4.1; DER), before any calculation. Refuses to judge a certificate otherwise:
 * that is identity's. Pure: what it would allocate in a handshake stays with the process. */
#ifndef TLS_KEYCOST_H
#define TLS_KEYCOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYCOST_CERTIFICATES 16
#define KEYCOST_MODULUS      8192 /* bits of RSA */
#define KEYCOST_EXPONENT     64   /* bits of RSA's public exponent */
#define KEYCOST_BYTES        2048 /* of any key with its parameters: DSA with 4096 bits */

/* The body of a Certificate message. False with the reason in one sentence. */
bool tls_keycost_ok(const uint8_t *message, size_t len, bool tls13, char *out, size_t size);

#endif
