/* repairs: rounds of repair: one process at a time, and the generations that wait for theirs.
 *
 * A round (repair.h) finishes files whose writer died. The current generation has one every minute;
 * another one has one when a child of it ended without publishing its file. */
#ifndef SERVER_REPAIRS_H
#define SERVER_REPAIRS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/floods.h"
#include "server/generation.h"
#include "server/repair.h"

/* Generations that can wait. */
#define REPAIRS_MAX 64

struct repairs {
	pid_t pid;                      /* of the round that runs; 0: none */
	uint64_t rounds, failed, files; /* that have ended; by signals; mended in them */
	uint64_t *mended; /* by the round that runs, which writes it; NULL: that is not known */
	struct generation *queue[REPAIRS_MAX]; /* references */
	unsigned queued;
	bool once;                 /* one connection: one round, and no other after it */
	int64_t began;             /* the last round; 0: there was none */
	int64_t due;               /* the next regular round; INT64_MAX: none */
	struct repair_scope scope; /* whose files; with `once` admission sets it */
};

/* In a process that was forked to look at the files of `g`: gives up all descriptors but those of
 * the directories, the log and `keep` (-1: none), and enters the sandbox of repair. False: what
 * failed is logged. */
bool repairs_confine(const struct generation *g, int keep);

/* The first round is due at once; with `once` never, until repairs_after() says when. */
void repairs_init(struct repairs *r, bool once);

/* A regular round at `due` (monotonic ms). */
void repairs_after(struct repairs *r, int64_t due);

/* A round for `g` soon: at once, or when those that wait have had theirs. */
void repairs_want(struct repairs *r, struct generation *g, struct floods *f);

/* The process of the round has exited. */
void repairs_ended(struct repairs *r, int status, struct floods *f);

/* Drops what waits. A round that runs goes on. */
void repairs_free(struct repairs *r);

#endif
