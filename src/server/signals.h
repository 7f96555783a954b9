/* signals: what each signal makes the master do; the man page's section SIGNALS describes it.
 *
 * All of them are blocked and read from a descriptor: there is no handler that could run in the
 * middle of something else. */
#ifndef SERVER_SIGNALS_H
#define SERVER_SIGNALS_H

#include <signal.h>

struct master;

/* Blocks the signals that a running server acts on and that would end one that is starting: they
 * wait until the loop reads them. TERM and INT are not blocked, so that a start that hangs can be
 * ended. `before` becomes the mask as it was. */
void signals_hold(sigset_t *before);

/* The signalfd that the loop watches, non-blocking; its signals, and no others, are blocked from
 * now on. -1 with errno set. */
int signals_open(void);

/* Acts on all signals that are pending; does nothing after a spurious wake-up. */
void signals_read(struct master *m);

#endif
