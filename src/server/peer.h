/* peer: whom a connection comes from, and through which proxy; and how both stand in the log. Pure.
 */
#ifndef SERVER_PEER_H
#define SERVER_PEER_H

#include <stdint.h>

#include "base/addr.h"

struct peer {
	struct addr addr; /* normalised */
	uint16_t port;
	struct addr via; /* the proxy, which has told both; len 0: it was seen itself */
	uint16_t via_port;
};

#define PEER_TEXT_MAX (2 * ADDR_PEER_MAX + 5)

/* "ADDRESS:PORT", and where there is a proxy " via=ADDRESS:PORT" behind it. */
const char *peer_format(const struct peer *p, char out[PEER_TEXT_MAX]);

#endif
