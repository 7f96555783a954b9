/* session_tell: what a session says, to its master, to the log and to ps(1): one function for each
 * line.
 * Decides nothing. */
#ifndef SERVER_SESSION_TELL_H
#define SERVER_SESSION_TELL_H

#include "base/log.h"
#include "server/session_state.h"

/* The recorder's events go to the master and to the log; wait_for_room is left to the caller. */
void session_events(struct session *s, struct recorder_events *on);

/* The title of the process, of which title_show() is told once. */
void session_entitle(struct session *s);

/* The line "connected", logged at the first byte. */
void session_connected(const struct session *s);

/* The line "settings": what a reload has changed is in use from now on. */
void session_changed(const struct session *s);
/* What waited for room on a full disk, and is not stored. */
void session_dropped(const struct session *s);

/* The line "rejected", with the number and the offset of the frame that the recorder has reached.
 */
void session_rejected(const struct session *s, const char *reason);

/* The last line of a session, "closed". */
void session_closed(const struct session *s, enum child_exit code, const char *reason);

/* The server could not set the session up before the first byte: what failed, and errno. */
void session_broken(const struct session *s, const char *what, int error);

/* The disk (ENOSPC) or the quota (EDQUOT) is full. */
void session_waiting(const struct session *s, int error);

/* Packets that could not be stored; unread: bytes that are still in the socket. */
void session_lost(const struct session *s, int unread);

#endif
