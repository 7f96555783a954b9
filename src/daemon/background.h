/* background: a process that goes into the background, and whose caller waits until it is ready.
 *
 * The parent exits with status 0 when the daemon has called background_ready(), otherwise with the
 * status that the daemon exited with. Refuses to decide when that is, and to open a log. */
#ifndef DAEMON_BACKGROUND_H
#define DAEMON_BACKGROUND_H

#include <signal.h>
#include <stdbool.h>

struct background {
	int ready; /* pipe to the waiting parent; -1: none waits */
};

/* Forks, and returns in the daemon only. The parent waits with the signal mask `before`. False with
 * errno set when there is no daemon. */
bool background_start(struct background *b, const sigset_t *before);

/* Standard input and output become /dev/null: the log, or a file of the caller, may be open there
 * for reading and writing, and no child is to reach them. False with errno set. */
bool background_leave_standard(void);

/* Lets the parent exit; standard error becomes /dev/null. The working directory stays: a reload
 * resolves relative paths as the start did. Does nothing when no parent waits. */
void background_ready(struct background *b);

#endif
