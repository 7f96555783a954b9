/* schedule: the table of all that the master does at a time: summaries, notification, rounds of
 * repair, deadlines of children, a look at silent clients.
 *
 * Refuses to keep times: each entry asks the part that knows (timers.h). */
#ifndef SERVER_SCHEDULE_H
#define SERVER_SCHEDULE_H

struct master;

/* Does what is due now. */
void schedule_run(struct master *m);

/* The timeout for epoll_wait() until something is due: ms; -1: nothing is to be done. */
int schedule_wait(const struct master *m);

#endif
