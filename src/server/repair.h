/* repair: finishes capture files whose writer died.
 *
 * Unfinished is a file of ours (by name and owner) that is marked and that nobody has locked. Its
 * torn tail is cut, it is synced and published, an empty one is removed. What does not look like
 * a torn tail is left in the file. Runs in a process of its own; reads capture files, which were
 * made from network data, and nothing else. */
#ifndef REPAIR_H
#define REPAIR_H

#include "config/clients.h"
#include "server/generation.h"

/* Whose files: those of `n` clients that share an address, or of all (n 0). */
struct repair_scope {
	const struct admit_entry *client;
	size_t n;
	bool first; /* round of this server: says what no round will ever do */
};

/* One round over the base directories. Returns the number of files finished. */
unsigned repair_run(const struct generation *g, const struct repair_scope *scope);

#endif
