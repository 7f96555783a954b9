/* expiry: when the server's certificate and revocation lists end, read from their files.
 *
 * For who looks at a server from outside: the server itself knows by what it has loaded
 * (tls/creds). Refuses to check them, and to look at the key. */
#ifndef TLS_EXPIRY_H
#define TLS_EXPIRY_H

#include <stdint.h>

#include "base/region.h"
#include "config/config.h"

/* Seconds since 1970; 0: there is none, or it has no end. */
struct expiry {
	int64_t certificate;
	int64_t list; /* of several the first */
};

/* NULL, or what could not be read: one line. */
const char *expiry_look(struct expiry *e, const struct config *c, struct region *r);

#endif
