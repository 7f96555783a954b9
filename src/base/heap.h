/* heap: fills free chunks before fork(), so that children's allocations copy fewer pages.
 *
 * A configuration that was freed leaves the master's heap full of holes. A child would allocate in
 * them, and merge and sort them first: each page with a hole would be copied. With the holes filled
 * what a child allocates lies behind all that the master has, side by side. For glibc's malloc();
 * test/bench/idlememory has the figures. Refuses to touch what others have allocated. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/* Fills free chunks; to be called again after much was freed. */
void heap_fill(void);

/* Frees what fills them; to be called before the owner allocates and frees much, as a reload does.
 */
void heap_clear(void);

#endif
