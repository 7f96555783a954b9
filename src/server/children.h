/* children: the table of child processes.
 *
 * A fixed number of slots, allocated once; adding and dropping never allocate. They are the
 * master's alone: a child has no memory there. Bookkeeping only: forking, signalling and reaping
 * are the master's. An impossible state (dropping a free slot) is reported, not ignored. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"
#include "config/clients.h"
#include "capture/capname.h"
#include "tls/certname.h"

struct generation; /* only passed through */

struct child {
	bool used;        /* the slot is taken */
	pid_t pid;        /* 0: not forked yet */
	int channel;      /* our end, -1 when closed */
	struct addr peer; /* normalised */
	uint16_t port;
	const char *client; /* name; NULL while a certificate has still to choose */
	const struct admit_entry *candidate; /* clients of `generation` that it may become */
	uint32_t candidates;                 /* how many */
	bool established;                    /* past its first valid link header */
	struct certid id;                    /* of its certificate, once established */
	bool finishing;                      /* was told to finish */
	bool patient;                        /* but not to give up on a full disk */
	int64_t finish_by_ms;                /* or is killed then; INT64_MAX: it was */
	bool log_routine;                    /* it logs every step */
	uint64_t order;   /* rises with every fork: newer children have a higher one */
	int64_t since_ms; /* monotonic time of the fork */
	struct generation *generation;
	char file[CAPNAME_MAX]; /* being recorded, "" for none */
};

struct children {
	struct child *slot;
	unsigned size;
	unsigned used;
	unsigned unestablished;
	uint64_t next_order;
};

bool children_init(struct children *c, unsigned size);
void children_free(struct children *c);

/* More slots (never fewer). Slots keep their index. */
bool children_grow(struct children *c, unsigned size);

/* A free slot, taken from now on, or NULL when there is none. */
struct child *children_add(struct children *c);
struct child *children_by_pid(struct children *c, pid_t pid);

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
