/* places: where captures go: for each client two directories of its configuration.
 *
 * Every directory is opened once (server/directories), and later everything is done relative to its
 * descriptor. Each pair of base-path and completed-path is checked once (server/pair), and has one
 * ruleset of the sandbox. What is wrong becomes a problem. Refuses to look at what lies in the
 * directories. */
#ifndef SERVER_PLACES_H
#define SERVER_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "server/directories.h"

struct place {          /* where a client's files go */
	int base, done; /* directory descriptors; the same when files stay; -1: nothing is stored */
	bool may_link;  /* files may have to be moved by link and unlink (base/io: io_move) */
	int rules;      /* the sandbox's for these two; as sandbox_rules() */
};

/* The arrays lie in the configuration's region; the descriptors are closed by places_close(). */
struct places {
	struct place *client; /* one a client; copies of pairs, or of `nothing` */
	struct place server;  /* for unfinished files of clients that are gone; base -1: none */
	struct place nothing; /* of clients whose packets are not stored */
	struct place *pair;   /* of directories, each once: they own the rulesets */
	size_t npairs;
	struct directories directories;
	int repair_rules; /* the sandbox's for all directories */
};

/* Whatever it answers, places_close() is due. with_file: a rename between two directories is tried
 * with a file; otherwise nothing is created. False: out of memory. */
bool places_open(
    struct places *places, const struct config *c, bool with_file, struct problems *problems);
void places_close(struct places *places);

/* The one place of clients that share an address: those of them who store share it too. */
const struct place *places_shared(
    const struct places *places, const uint32_t *client, size_t clients);

/* The path of a directory that is open as fd, as the configuration has it; "?" of any other. */
const char *places_path(const struct places *places, int fd);

/* The directory descriptors, directories.n of them; -1 where a directory is unusable. */
void places_descriptors(const struct places *places, int *out);

/* Whether files of any place may have to be linked. */
bool places_may_link(const struct places *places);

/* How many descriptors are open: directories and rulesets. */
size_t places_holds(const struct places *places);

#endif
