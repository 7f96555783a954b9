/* stop: how the master ends on TERM or INT: new connections are refused, children finish, are
 * killed when they do not, and are left behind when even that does not end them.
 *
 * Refuses to end the loop: master does, when no child is left or m->loop.given_up is set. */
#ifndef SERVER_STOP_H
#define SERVER_STOP_H

#include <stdint.h>

struct master;

/* Closes the listeners and tells every child to finish. Once only: later calls do nothing. */
void stop_begin(struct master *m);

/* Sends a signal to every child. */
void stop_signal_children(const struct master *m, int sig);

/* Entries of the timers' table: children that have not finished in time are killed; a second later
 * the master exits without them. */
int64_t stop_kill_due(const struct master *m);
void stop_kill(struct master *m, int64_t now);
int64_t stop_give_up_due(const struct master *m);
void stop_give_up(struct master *m, int64_t now);

#endif
