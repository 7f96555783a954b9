/* reap: what children report, how they are told to finish, killed, and reaped.
 *
 * Believes of a report what report_check() lets through. Refuses to wait for a child, and to mend
 * what one has left: repairs has that done. */
#ifndef SERVER_REAP_H
#define SERVER_REAP_H

#include <stdint.h>

#include "server/child_report.h"

struct master;
struct child;

/* Milliseconds that a child has to finish, before it is killed. */
#define REAP_FINISH_MS 9000

/* Reads what the child has sent; at most a few reports, so that none can keep the master busy. */
void reap_reports(struct master *m, struct child *k);

/* Tells a child to finish, with the reason. */
void reap_finish(struct master *m, struct child *k, enum order_kind why);

/* Kills children that were told to finish and have not, or that are not established in time. */
void reap_late(struct master *m, int64_t now);
void reap_overdue(struct master *m, int64_t now);

/* After SIGCHLD: all processes that have exited. */
void reap_exited(struct master *m);

#endif
