/* reap: what children report, how they are killed, and reaped.
 *
 * Believes of a report what report_check() lets through. Refuses to wait for a child, and to mend
 * what one has left: repairs has that done. */
#ifndef SERVER_REAP_H
#define SERVER_REAP_H

#include <stdint.h>

struct master;
struct child;

/* Reads what the child has sent; at most a few reports, so that none can keep the master busy. */
void reap_reports(struct master *m, struct child *k);

/* Kills children that were told to finish and have not, or that are not established in time. */
void reap_late(struct master *m, int64_t now);
void reap_overdue(struct master *m, int64_t now);

/* Its process has exited, and its slot is free from now on. */
void reap_forget(struct master *m, struct child *k);

/* After SIGCHLD: all processes that have exited. */
void reap_exited(struct master *m);

#endif
