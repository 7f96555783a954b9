/* send_tls: TLS as the transport of the connection, with GnuTLS.
 *
 * Makes each connection's handshake, has the server verified while that goes on, so that our
 * certificate goes to no other, and carries the bytes. Refuses to wait: send_link does. No
 * resumption of sessions: connections are few and long. */
#ifndef SEND_TLS_H
#define SEND_TLS_H

#include <stdbool.h>

#include "send/tls_creds.h"
#include "send/transport.h"

/* For the `open` of send_link, with a struct send_tls as its opener. */
bool send_tls_open(void *opener, struct send_transport *t, int fd);

#endif
