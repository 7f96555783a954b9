/* session_signal: what a session is told by signals, also while it waits for a full disk.
 *
 * They stay blocked and are read like everything else, so no handler runs between two lines of a
 * session, and a peer that sends without a pause cannot starve them. Refuses to act on them: it
 * notes new_file_wanted and stop_since. */
#ifndef SESSION_SIGNAL_H
#define SESSION_SIGNAL_H

#include "server/session_state.h"

/* A signalfd for those that mean something; the others are ignored or as they were. -1 with errno.
 */
int session_take_signals(void);

/* Notes all that are pending. */
void session_read_signals(struct session *s);

/* recorder_events.wait_for_room: false when it was told to stop and has waited long enough. */
bool session_wait_for_room(void *context, int error, unsigned attempt);

#endif
