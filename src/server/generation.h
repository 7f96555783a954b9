/* generation: a configuration with everything it needs opened, swapped as one.
 *
 * The master holds the current one; children keep the one they were forked with. Directories are
 * opened and checked here, once, before any connection; nothing later opens a path. */
#ifndef GENERATION_H
#define GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "tls/creds.h"
#include "tls/keeper.h"

struct budgets;

struct place {          /* where a client's files go */
	int base, done; /* directory descriptors; the same when files stay; -1: nothing is stored */
	int rules;      /* the sandbox's for these two; as sandbox_rules() */
};

struct generation {
	struct config *config; /* owned */
	struct clients_table *admission;
	struct place *place;  /* one a client */
	struct place server;  /* for unfinished files of clients that are gone; base -1: none */
	struct place nothing; /* of clients whose packets are not stored */
	struct directory *directory;
	size_t ndirectories;
	size_t nrules;           /* rulesets of the sandbox, these and those of the places */
	int repair_rules;        /* the sandbox's for all directories */
	struct creds *creds;     /* NULL: no TLS */
	struct keeper keeper;    /* of the key; pid 0: there is none */
	struct budgets *budgets; /* of the clients, for connections that log every step */
	unsigned *references;    /* in a page of the master alone: a child is counted at its fork */
	bool repair_wanted;      /* of the master: queued for a round of repair */
};

enum generation_check {
	GENERATION_LOOK, /* nothing is created: -t */
	GENERATION_TRY   /* a rename between the directories is tried with a file */
};

/* Takes the configuration over, also on failure. NULL when there was an error. */
struct generation *generation_open(
    struct config *config, enum generation_check check, struct problems *problems);

/* (Re)starts the keeper, when there is a key to keep. */
bool generation_start_keeper(struct generation *g, char reason[KEEPER_REASON_MAX]);

/* The one place of clients that share an address: those of them who store share it too. */
const struct place *generation_place(
    const struct generation *g, const uint32_t *client, size_t clients);

/* Its directory descriptors, g->ndirectories of them; -1 where a directory is unusable. */
void generation_descriptors(const struct generation *g, int *out);

/* How many descriptors it holds open: directories, rulesets, the channel to the keeper. */
size_t generation_holds(const struct generation *g);

struct generation *generation_ref(struct generation *g);
void generation_unref(struct generation *g);

#endif
