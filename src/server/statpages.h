/* statpages: one page of the status area for each slot, shared between the master and the child in
 * it.
 *
 * All slots are reserved at once and never move; a page takes memory when its slot is first used.
 * A session unmaps all but its own before it reads a byte: a child that was taken over can neither
 * read nor change the pages of others (nor can it grow its own to reach them: sandbox_roles).
 *
 * With a file the pages are a part of it. Room for a page is made before it is touched: where the
 * filesystem has none, the page is memory of the master and its child, which nobody else sees. */
#ifndef SERVER_STATPAGES_H
#define SERVER_STATPAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/layout.h"

struct statpages {
	void *at;
	size_t slots;
	int fd;        /* -1: no file */
	uint64_t from; /* where they begin in it */
	size_t made;   /* slots below have room in the file, and are mapped from it */
};

/* Bytes from one page to the next. */
size_t statpages_step(void);

/* fd -1: of no file. False with errno set when there is no address space. */
bool statpages_reserve(struct statpages *p, size_t slots, int fd, uint64_t from);
void statpages_free(struct statpages *p);

/* Bytes of address space reserved. */
size_t statpages_size(const struct statpages *p);

/* The page of a slot below p->slots, and the counters that it begins with. */
struct status_page *statpages_page(const struct statpages *p, size_t slot);
struct stats *statpages_slot(const struct statpages *p, size_t slot);

/* To be called before a slot is used for a new child: its page is all zero from now on. *seen: it
 * is one of the file. False with errno set: it cannot be used. */
bool statpages_clear(struct statpages *p, size_t slot, bool *seen);

/* In a child, first of all: unmaps everything but its own page. */
void statpages_keep(const struct statpages *p, size_t slot);

#endif
