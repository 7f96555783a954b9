/* master: accepts, decides, forks, reaps.
 *
 * Never reads a byte that a peer sent, and never a capture file: it knows addresses, counts and
 * what children report, and it believes the reports only where it can check them. The files
 * master_*.c share this one structure: master_accept (who comes in), master_spawn (processes),
 * master_reload (configuration), master (the loop, signals, stopping).
 *
 * With one connection instead of sockets (Accept=yes, inetd) it is the same master, of one child:
 * it ends when the child has, and how many more there are is the business of who started it. */
#ifndef MASTER_H
#define MASTER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/children.h"
#include "server/generation.h"
#include "daemon/listen.h"
#include "daemon/notify.h"
#include "base/ratelimit.h"
#include "server/repair.h"
#include "server/statpages.h"

/* Kinds of lines that a flood could cause. */
enum flood {
	FLOOD_UNLISTED,
	FLOOD_TLS,
	FLOOD_BUSY,
	FLOOD_RESOURCES,
	FLOOD_FULL,
	FLOODS
};

/* A time that does not come. */
#define MASTER_NEVER INT64_MAX

/* Milliseconds that a child has when it was told to finish. */
#define MASTER_FINISH_MS 9000

/* And those that one has to become established, beside twice the handshake-timeout, within which it
 * should have given up itself. */
#define MASTER_OVERDUE_MS 10000

/* Generations that wait for a round of repair. */
#define MASTER_REPAIRS 64

/* What it begins with. */
struct master_start {
	struct listeners listeners;         /* bound, or passed */
	int connection;                     /* the one there is, and no listeners; -1: none */
	struct sockaddr_storage peer;       /* of it */
	struct notify notify;               /* who wants to know */
	void (*ready)(struct notify *);     /* called once everything is */
	void (*failed)(const char *reason); /* called instead, when it cannot begin */
};

struct master {
	struct generation *generation;
	struct listeners listeners;
	struct children children;
	struct statpages pages;
	int epoll;
	int signals; /* signalfd */
	int spare;   /* given up for a moment when descriptors run out */

	bool listening;      /* the listeners are in epoll */
	int64_t pause_until; /* accepting makes no sense before this; 0: it does */
	struct ratelimit flood[FLOODS];
	uint64_t accepted, refused;

	pid_t repair;                                    /* 0: none runs */
	struct generation *repair_queue[MASTER_REPAIRS]; /* references */
	unsigned repair_queued;
	int64_t repair_began, repair_next;

	int64_t keeper_since, keeper_next; /* started; to be started again, 0: it runs */
	int64_t aged;                      /* when certificates and lists were last looked at */

	int64_t stopping; /* since; 0: not */
	bool killed;      /* children that did not stop */
	int64_t
	    finish_next; /* when a child that was told to finish is killed; MASTER_NEVER: none */
	int64_t overdue_next; /* when a child that is not established by then is killed */
	bool leave;           /* QUIT */

	bool once;   /* one connection */
	bool served; /* to its end */
	struct repair_scope scope;

	struct notify notify;
};

/* Runs until told to stop, or for one connection. The sockets are bound, privileges dropped.
 * Takes the generation over. Returns the exit status. */
int master_run(struct generation *g, const struct master_start *start);

/* ---- between the files of the master ---- */

#define MASTER_TAG_SIGNALS  0u
#define MASTER_TAG_LISTENER 1u       /* + index */
#define MASTER_TAG_CHILD    0x10000u /* + slot */

/* Connections taken at once before signals and reports get their turn. */
#define MASTER_AT_ONCE 64

/* master_accept */
void master_accept(struct master *m, const struct listener *l);
bool master_admit(struct master *m, int fd, const struct sockaddr_storage *from);
void master_listen(struct master *m, bool on); /* puts the listeners into epoll, or out */
bool master_has_room(const struct master *m);
void master_flood_line(struct master *m, enum flood kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void master_flood_summaries(struct master *m, int64_t now);
bool master_flood_client(struct master *m, const struct admit_entry *candidate, size_t candidates,
    int64_t now); /* may this connection log every step? */
int64_t master_flood_wait(const struct master *m, int64_t now);

/* master_spawn */
/* False with errno set. */
bool master_spawn(struct master *m, int fd, const struct addr *peer, uint16_t port,
    const struct admit_entry *candidate, size_t candidates);
void master_reap(struct master *m);
void master_reports(struct master *m, struct child *k);
int64_t master_overdue_at(const struct child *k); /* when its patience is over, monotonic ms */
void master_finish_child(struct master *m, struct child *k, char order);
void master_repair(struct master *m, struct generation *g); /* soon */
void master_keeper(struct master *m);                       /* starts it again */

/* master_reload */
void master_reload(struct master *m);
void master_check_descriptors(const struct master *m);

#endif
