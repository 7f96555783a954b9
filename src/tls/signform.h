/* signform: what a TLS server is asked to sign in a handshake, and nothing else.
 *
 * TLS 1.3 CertificateVerify (RFC 8446, 4.4.3): 64 blanks, the server's context string, a zero byte,
 * a transcript hash. TLS 1.2 ServerKeyExchange (RFC 5246, 7.4.3; RFC 8422, 5.4): both randoms and
 * the key exchange parameters. Pure; used by the keeper, which signs for children that may have
 * been taken over. */
#ifndef TLS_SIGNFORM_H
#define TLS_SIGNFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGNFORM_MAX 2176 /* bytes; a ServerKeyExchange with an 8192-bit group takes 2119 */

bool signform_ok(const uint8_t *data, size_t len);

#endif
