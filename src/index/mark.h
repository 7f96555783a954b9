/* mark: whether the file of the database is still the one that this process writes.
 *
 * Somebody may copy another over it, in place: SQLite goes on with what it has in memory and in the
 * journal, and mixes both. So there is a table with one row, a number by chance and one that grows
 * with each transaction, and both are looked for where they have to lie in the file itself, past
 * SQLite's memory. Only a checkpoint writes there, so that the second number never gets smaller: an
 * older copy of the same index is found, too. Source: sqlite.org/fileformat2.html, 1.6 and 2.1. */
#ifndef INDEX_MARK_H
#define INDEX_MARK_H

#include <stdbool.h>

#include "index/sql.h"

/* When it was opened for writing: the table, where there is none. Where it cannot be made, on a
 * full disk say, nothing is marked, and nothing found. */
void mark_begin(struct store *s);

/* In each transaction. False with a reason. */
bool mark_set(struct store *s);

/* What is in the file is not from here. */
bool mark_is_foreign(struct store *s);

#endif
