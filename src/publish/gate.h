/* gate: the socket that subscribers connect to, bound as the configuration says.
 *
 * TCP, or a socket in the file system, which is made anew where nobody listens on it any more.
 * Refuses to accept: the process that has libzmq does. */
#ifndef PUBLISH_GATE_H
#define PUBLISH_GATE_H

#include <stdbool.h>

#include "config/config.h"
#include "config/endpoint.h"

#define GATE_REASON_MAX 256
#define GATE_NAME_MAX   (6 + ENDPOINT_PATH_MAX) /* of the longest, ipc://PATH */

struct gate {
	int fd;                   /* listening; -1: none */
	char name[GATE_NAME_MAX]; /* where, as ZeroMQ writes it, with the real port */
	bool made;                /* a file was made for it, which gate_close() removes */
};

/* False with the reason. */
bool gate_open(struct gate *g, const struct config_publisher *p, char reason[GATE_REASON_MAX]);
void gate_close(struct gate *g);

/* What libzmq has to be told to listen on that socket: it looks at nothing but the kind. */
const char *gate_endpoint(const struct gate *g);

/* Whether both listen in one place. */
bool gate_same(const struct config_publisher *a, const struct config_publisher *b);

#endif
