/* session_stream: the stream of a client whose identity is known, from the transport to the
 * recorder, until it ends. Between two reads it carries out what signals have asked for, and
 * publishes a file whose time is over.
 *
 * It owns the receive buffer, which an idle connection does not have. Refuses to look into what it
 * reads: the recorder does. */
#ifndef SERVER_SESSION_STREAM_H
#define SERVER_SESSION_STREAM_H

#include "server/session_state.h"

/* Allocates the buffer. False with errno. */
bool session_stream_begin(struct session *s);

/* Reads and stores until the session ends; always STEP_END. */
enum step session_stream_run(struct session *s);

/* The buffer, and the filters that orders of the master came with. */
void session_stream_free(struct session *s);

#endif
