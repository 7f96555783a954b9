/* endpoint: where the publisher listens, as ZeroMQ writes it: "tcp://ADDRESS:PORT" or "ipc://PATH".
 *
 * Numbers only, no name and no interface is looked up; "*" stands for all addresses. Refuses to
 * bind it. Pure. */
#ifndef CONFIG_ENDPOINT_H
#define CONFIG_ENDPOINT_H

#include <stdint.h>

#include "base/addr.h"

/* sun_path of struct sockaddr_un, with its 0 byte. */
#define ENDPOINT_PATH_MAX 108

struct endpoint {
	const char *path;          /* of the socket, absolute, in the text; NULL: TCP */
	struct addr_zoned address; /* len 0: all addresses */
	uint16_t port;             /* host order; 0: the kernel chooses */
};

/* NULL, or what is wrong as a static text. */
const char *endpoint_parse(const char *text, struct endpoint *out);

#endif
