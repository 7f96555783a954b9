/* statpages: one page of counters for each slot, shared between the master and the child in it.
 *
 * All slots are reserved at once and never move; a page takes memory when its slot is first used.
 * A session unmaps all but its own before it reads a byte: a child that was taken over can neither
 * read nor change the counters of others. */
#ifndef SERVER_STATPAGES_H
#define SERVER_STATPAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "record/stats.h"

struct statpages {
	void *at;
	size_t slots;
};

/* False with errno set when there is no address space. */
bool statpages_reserve(struct statpages *p, size_t slots);
void statpages_free(struct statpages *p);

/* Bytes of address space reserved. */
size_t statpages_size(const struct statpages *p);

/* The counters of a slot below p->slots. */
struct stats *statpages_slot(const struct statpages *p, size_t slot);

/* In a child, first of all: unmaps everything but its own page. */
void statpages_keep(const struct statpages *p, size_t slot);

#endif
