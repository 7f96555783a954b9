/* session: the life of a child process: one connection, from its first byte to its last file. */
#ifndef SESSION_H
#define SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "server/generation.h"
#include "record/stats.h"

/* What a child gets from its master beside the connection. */
struct channel {
	struct addr peer; /* as it was accepted: a peer may be gone and its bytes still there */
	uint16_t port;
	int fd;     /* SOCK_SEQPACKET, see report.h; -1: there is no master */
	bool quiet; /* too many connections of the client: what each of them does is debug */
	int keeper; /* for one signature of the TLS key; -1: none is needed */
	struct stats *stats; /* shared page */
};

/* The only door into the child. fd is the connected socket; `candidate` are the clients (indexes
 * into the configuration) that the peer may be, at least one. Signals are blocked by the caller
 * and handled by the session. Returns the exit status (childexit.h); the caller exits with it. */
int session_run(int fd, const uint32_t *candidate, size_t candidates, const struct generation *g,
    const struct channel *channel);

#endif
