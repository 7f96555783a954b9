/* repair: which capture files are finished after the death of their writer, and what is logged.
 *
 * Looks for unfinished files in the base directories of a configuration, finds the client that
 * each belongs to, has it cut and published (record/unfinished.h), and logs how that ended. Runs in
 * a process of its own. Refuses to look into files itself, and to take one whose name is not ours.
 */
#ifndef SERVER_REPAIR_H
#define SERVER_REPAIR_H

#include "config/clients.h"
#include "server/generation.h"

/* Whose files: those of `n` clients that share an address, or of all (n 0). */
struct repair_scope {
	const struct admit_entry *client;
	size_t n;
	bool first; /* the server's first round: warns of files that no round can finish */
};

/* One round over the base directories. Returns the number of files finished. */
unsigned repair_run(const struct generation *g, const struct repair_scope *scope);

#endif
