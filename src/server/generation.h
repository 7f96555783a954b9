/* generation: a configuration with everything it needs opened, swapped as one.
 *
 * The master holds the current one; children keep the one they were forked with. Directories are
 * opened and checked here, once, before any connection; nothing later opens a path. */
#ifndef SERVER_GENERATION_H
#define SERVER_GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ratelimit.h"
#include "config/config.h"
#include "tls/creds.h"
#include "tls/keeper_handle.h"
#include "server/filters.h"
#include "server/places.h"

struct client_floods {
	struct ratelimit lines;    /* the routine ones */
	struct ratelimit replaced; /* that its connections replace each other */
};

/* It lies in the region of its configuration. */
struct generation {
	struct config *config;           /* owned */
	struct clients_table *admission; /* the configuration's */
	struct places places;
	struct filters filters;
	struct creds *creds;          /* NULL: no TLS */
	struct keeper keeper;         /* of the key; pid 0: there is none */
	struct client_floods *floods; /* one a client: of floods, in the master only */
	unsigned *references;         /* in a page of the master alone */
	bool repair_wanted;           /* of the master: queued for a round of repair */
};

enum generation_check {
	GENERATION_LOOK, /* nothing is created: -t */
	GENERATION_TRY   /* a rename between the directories is tried with a file */
};

/* Takes the configuration over, also on failure. NULL when there was an error. `before`: the
 * one in effect, or NULL; what its credentials have warned of within a day is not repeated. */
struct generation *generation_open(struct config *config, enum generation_check check,
    const struct generation *before, struct problems *problems);

/* (Re)starts the keeper, when there is a key to keep. */
bool generation_start_keeper(struct generation *g, char reason[KEEPER_REASON_MAX]);

/* How many descriptors it holds open: directories, rulesets, the channel to the keeper. */
size_t generation_holds(const struct generation *g);

/* Only the master may call these two, never a child: it counts its own uses of the generation and
 * one for each child, from the fork until the child is reaped. A child has the generation of its
 * fork for as long as it lives, and has no memory where the count is. */
struct generation *generation_ref(struct generation *g);
void generation_unref(struct generation *g);

#endif
