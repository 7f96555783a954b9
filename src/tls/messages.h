/* messages: what is looked at in a peer's handshake messages before GnuTLS does (RFC 8446, 4).
 *
 * The newest version that a ClientHello offers, and the certificates of a Certificate message.
 * Refuses to judge either, and to know a message by its type: the caller has its body. Pure. */
#ifndef TLS_MESSAGES_H
#define TLS_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* As on the wire: 0x0303 is TLS 1.2, 0x0304 TLS 1.3. 0: it cannot be read. */
unsigned messages_newest(const uint8_t *hello, size_t len);

/* The list in a Certificate message, and each of it, NULL at the end; list.failed: it is cut. */
struct bytes messages_certificates(const uint8_t *message, size_t len, bool tls13);
const uint8_t *messages_next_certificate(struct bytes *list, bool tls13, size_t *len);

#endif
