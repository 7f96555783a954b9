/* keeper_watch: the master's view of the key keeper: when one has died and when to start another.
 *
 * Each generation has its own keeper (tls/keeper), started with it. Only that of the current one is
 * started again. Refuses to see the key and to sign: tls/keeper is the process that does. */
#ifndef SERVER_KEEPER_WATCH_H
#define SERVER_KEEPER_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "server/floods.h"
#include "server/generation.h"

struct keepers {
	int64_t since; /* when the current one was started */
	int64_t due;   /* died: when it is started again; INT64_MAX: it runs, or none is needed */
};

/* A generation was opened, and its keeper runs. */
void keepers_init(struct keepers *k, int64_t now);

/* The keeper of `g` has exited with `status`; it is started again now or, when it died early,
 * within a second; not at all when the server is stopping. */
void keepers_ended(
    struct keepers *k, struct generation *g, struct floods *f, int status, bool stopping);

/* Starts it again; when that fails, it is due later. */
void keepers_start(struct keepers *k, struct generation *g, struct floods *f);

/* There is a key, but no keeper at the moment: TLS clients cannot be served. */
bool keepers_gone(const struct keepers *k);

#endif
