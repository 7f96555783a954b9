/* region: memory for many things that live equally long, freed at once.
 *
 * It lies in whole pages of its own (base/pages.h), not in the heap of malloc(): a child that was
 * forked from its owner shares the pages for as long as neither writes to them, and what is freed
 * leaves no holes behind. Refuses to free a single thing. */
#ifndef BASE_REGION_H
#define BASE_REGION_H

#include <stdarg.h>
#include <stddef.h>

struct region;

/* NULL when there is no memory, here and below; what was allocated before stays valid. */
struct region *region_new(void);

/* Everything that was allocated in it, and the region. NULL is fine. */
void region_free(struct region *r);

/* Zeroed, and aligned for any type. */
void *region_alloc(struct region *r, size_t size);

/* An array of n zeroed elements of that size; not NULL for n = 0. */
void *region_array(struct region *r, size_t n, size_t size);

/* Room for one more element behind the n of an array that was begun with NULL and has only been
 * grown so: the array, or a copy with twice the room. */
void *region_grow(struct region *r, void *array, size_t n, size_t size);

/* A copy of `len` bytes, with a NUL behind them. */
char *region_text(struct region *r, const char *text, size_t len);

__attribute__((format(printf, 2, 3))) char *region_print(struct region *r, const char *fmt, ...);
__attribute__((format(printf, 2, 0))) char *region_vprint(
    struct region *r, const char *fmt, va_list ap);

#endif
