/* session: the life of a child process: one connection, from its first byte to its last file.
 *
 * Locks itself in (sandbox_roles) before it reads a byte. Refuses to know the master, other
 * children, and what is in a file: record/recorder does that. Its files: session (the steps),
 * session_identity, session_stream, session_signal, session_end (deadlines and ends), session_tell
 * (lines of the log, reports), session_page. */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "server/channel.h"
#include "server/generation.h"

/* The only door into the child. fd is the connected socket; `candidate` are the clients (indexes
 * into the configuration) that the peer may be, at least one; several have TLS, all of them.
 * Signals are blocked by the caller and handled by the session. Nothing is owned: descriptors stay
 * open, the caller exits with what is returned (childexit.h). */
int session_run(int fd, const uint32_t *candidate, size_t candidates, const struct generation *g,
    const struct channel *channel);

#endif
