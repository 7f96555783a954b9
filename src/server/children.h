/* children: the table of child processes.
 *
 * The number of slots is fixed when it is created; adding and dropping never allocate. The memory
 * is the master's alone: no child inherits it. Bookkeeping only: forking, signalling and reaping
 * are done by spawn and reap. An impossible state (dropping a free slot) is reported, not ignored.
 */
#ifndef SERVER_CHILDREN_H
#define SERVER_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/ratelimit.h"
#include "config/clients.h"
#include "capture/capname.h"
#include "record/recording.h"
#include "server/child_report.h"
#include "server/peer.h"
#include "tls/certname.h"

struct generation; /* only passed through */

/* Why children are tracked, one by one:
 *
 * 1. Limits: connections and unestablished of the server, per-client of a client and address, are
 *    counts over this table (children_of_peer, children.used, children.unestablished).
 * 2. Replacing: of the connections of one client and address only the newest stays; `order` tells
 *    which that is, `established` which of them has proved to be the client.
 * 3. Reload: a child whose client is gone, changed, or revoked (`id`) is told to finish; the others
 *    are told to begin a new file, with what has changed of `live`. They keep `generation`, with
 *    the directories of their files, and other settings (`kept`).
 * 4. Stopping: every child gets an order with its reason through `channel`, then SIGTERM. One that
 *    has not exited by `finish_by_ms` is killed.
 * 5. Children that hang: one that is not established by `establish_by_ms` is killed.
 * 6. Ends: a child that was killed or failed cannot log its end; the master does (`since_ms` and
 *    the counters of the slot) and has its file, if one was open (`file`), repaired.
 * 7. Silence: a counter of packets that is not `packets_seen` any more shows that the client sends.
 * 8. Proxies: as long as a doorman reads who is behind one, `peer` is the proxy, there are no
 *    candidates, and `door` is the connection. When it has exited (`pid` is 0 again), the slot
 *    stands for the connection until admission has decided by what it has `found`.
 */
struct child {
	bool used;   /* the slot is taken */
	pid_t pid;   /* 0: not forked yet */
	int channel; /* the master's end, -1: closed. The child's end of file, or a report that
		      * is not valid, closes it; the slot is freed when the child is reaped */
	int door;    /* of a doorman: the connection, which is the slot's own; else -1 */
	struct door_report found; /* of a doorman: PROXYHEAD_MORE: it has reported nothing */
	struct peer peer;
	const char *client; /* name, in `generation`; NULL until a certificate has chosen */
	/* The clients that it may become: `candidates` entries in the admission table of
	 * `generation`, which live as long as the reference that this slot holds. */
	const struct admit_entry *candidate;
	uint32_t candidates;
	uint32_t chosen;           /* which of them it is, once `client` is known */
	bool established;          /* past its first valid link header */
	struct recorder_live live; /* its settings, as far as they change; once `client` is known */
	bool untold;               /* `live` is still to be sent */
	uint32_t kept;        /* keys that it has otherwise than the configuration (differ_kept) */
	struct certid id;     /* of its certificate, once established */
	bool finishing;       /* was told to finish */
	bool patient;         /* finishing, but may still wait for disk space */
	int64_t finish_by_ms; /* finishing: is killed then; INT64_MAX: was killed */
	int64_t establish_by_ms; /* not established: is killed then */
	bool log_routine;        /* its routine lines have their levels; otherwise all are debug */
	struct ratelimit replaced;     /* how often it and those before it have replaced another */
	uint64_t order;                /* rises with every fork: newer children have a higher one */
	int64_t since_ms;              /* monotonic time of the fork */
	struct generation *generation; /* a reference */
	char file[CAPNAME_MAX];        /* being recorded, "" for none */
	uint64_t packets_seen;         /* what the slot counted when silence last looked */
};

struct children {
	struct child *slot;
	unsigned size;
	unsigned top; /* slots from here up are free, and their memory was mostly never touched */
	unsigned used;
	unsigned unestablished;
	uint64_t next_order;
};

bool children_init(struct children *c, unsigned size);
void children_free(struct children *c);

/* Bytes of address space that the table takes. */
size_t children_size(const struct children *c);

/* A free slot, taken from now on, or NULL when there is none. */
struct child *children_add(struct children *c);
struct child *children_by_pid(struct children *c, pid_t pid);

/* The first child in the table, and the one after `k`; NULL: no more. `k` may be dropped between
 * the calls. */
struct child *children_first(const struct children *c);
struct child *children_next(const struct children *c, const struct child *k);

/* Its index in the table. */
size_t children_slot(const struct children *c, const struct child *k);

/* Counts `k` as established; false if it was already. */
bool children_establish(struct children *c, struct child *k);

/* Frees the slot; false when it is free already. */
bool children_drop(struct children *c, struct child *k);

/* Children that are, or may become, of this client (by name, so that a reload changes nothing;
 * NULL: of any) at this peer address, finishing ones included. */
unsigned children_of_peer(const struct children *c, const char *client, const struct addr *peer);

/* Whether a child is known to be of this client at this peer address. */
bool child_is_of(const struct child *k, const char *client, const struct addr *peer);

#endif
