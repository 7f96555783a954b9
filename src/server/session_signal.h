/* session_signal: what signals tell a session, and the orders of the master that they announce,
 * also while it waits for room on a full disk.
 *
 * They stay blocked and are read like everything else, so no handler runs between two lines of a
 * session, and a peer that sends without a pause cannot starve them. Refuses to act on them: it
 * notes new_file_wanted, settings_wanted and stop_since. */
#ifndef SERVER_SESSION_SIGNAL_H
#define SERVER_SESSION_SIGNAL_H

#include "server/session_state.h"

/* Returns a signalfd for the signals that a session acts on; sets the others to be ignored or to
 * their default. -1 with errno. */
int session_take_signals(void);

/* Reads all pending signals and notes what they ask for. */
void session_read_signals(struct session *s);

/* recorder_events.wait_for_room: gives up when the session was told to stop and has waited 5 s
 * since. */
enum recorder_room session_wait_for_room(void *context, int error, unsigned attempt);

#endif
