/* pages: memory that comes from the system in whole pages, and goes back to it at once.
 *
 * For what is large and comes and goes, and for what children must not have. malloc() writes its
 * notes about both into pages that a child shares with the master until somebody writes; then they
 * are the child's own, for as long as it lives. Sizes are in bytes, and are rounded up. */
#ifndef PAGES_H
#define PAGES_H

#include <stddef.h>

/* Zeroed. NULL with errno set when there is no memory. */
void *pages_new(size_t size);

/* `size` as it was asked for; NULL is fine. */
void pages_free(void *at, size_t size);

/* Whoever is forked from now on has no memory there. */
void pages_not_for_children(void *at, size_t size);

/* Gives back what calls that have returned used of the stack: at most 64 KiB. */
void pages_trim_stack(void);

#endif
