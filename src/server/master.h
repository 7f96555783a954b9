/* master: accepts, decides, forks, reaps.
 *
 * Never reads a byte that a peer sent, and never a capture file: it knows addresses, counts and
 * what children report, and it believes the reports only where it can check them. Its structure is
 * in state.h; its files: accept (admission), spawn (forking), reap (reports and ends of children),
 * reload (configuration), signals, stop, schedule (timers), repairs, keepers, floods, and master
 * (the loop).
 *
 * With one connection instead of sockets (Accept=yes, inetd) it is the same master with one child:
 * it exits when the child has; limits on their number are then up to the service manager. */
#ifndef SERVER_MASTER_H
#define SERVER_MASTER_H

#include "daemon/listen.h"
#include "daemon/notify.h"
#include "server/generation.h"

struct master_start {
	struct listeners listeners;         /* bound, or passed */
	int connection;                     /* the only one, and no listeners; -1: none */
	struct sockaddr_storage peer;       /* of `connection` */
	struct notify notify;               /* taken over */
	void (*ready)(struct notify *);     /* called once when connections are accepted */
	void (*failed)(const char *reason); /* called instead when that is not possible */
};

/* Runs until told to stop, or for one connection. The sockets are bound, privileges dropped.
 * Takes the generation over. Returns the exit status. */
int master_run(struct generation *g, const struct master_start *start);

#endif
