/* session_end: how a session ends, and by when.
 *
 * Each end publishes the file, logs what there is to say, last the line "closed", and sets the exit
 * status. What is refused ends with a reset, so that the sender does not take it for stored. All
 * return STEP_END. Deadlines are in milliseconds of io_monotonic_ms(). */
#ifndef SERVER_SESSION_END_H
#define SERVER_SESSION_END_H

#include "server/session_state.h"

/* The recorder refused the stream, or cannot store it: recorder.reason. */
enum step session_end_refused(struct session *s);
enum step session_end_storage(struct session *s);

/* The peer closed its side: between two frames, or within one. */
enum step session_end_of_stream(struct session *s);

/* ... before its first byte. */
enum step session_end_empty(struct session *s);

/* It was told to stop, and the bytes that the socket had queued are stored. */
enum step session_end_stopped(struct session *s);

/* The connection broke, or the peer broke the transport's rules (invalid): transport.reason. */
enum step session_end_connection(struct session *s, bool invalid);

/* The identity could not be proved. */
enum step session_end_handshake(struct session *s, enum child_exit code, const char *reason);

/* The deadline has passed. */
enum step session_end_late(struct session *s);

/* By when the first link header, the rest of the current frame or the next frame must be there,
 * whichever the session waits for; TRANSPORT_FOREVER: no deadline. */
int64_t session_deadline(const struct session *s);

/* When to stop waiting for the peer: at that deadline, or earlier to look whether the current
 * file's time is over. */
int64_t session_wake(const struct session *s, int64_t deadline);

int64_t session_seconds_after(int64_t since, unsigned seconds);

#endif
