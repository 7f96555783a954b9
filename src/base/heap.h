/* heap: keeps the master's heap so that what children allocate and free copies few pages.
 *
 * A configuration that was freed leaves the master's heap full of holes. A child would allocate in
 * them, and merge and sort them first: each page with a hole would be copied. With the holes filled
 * what a child allocates lies behind all that the master has, side by side. For glibc's malloc();
 * test/bench/idlememory has the figures. Refuses to touch what others have allocated.
 *
 * glibc keeps up to seven freed blocks of each size aside, and never gives their pages back: in a
 * child that has ended its handshake some 60 kB. Only a variable of the environment turns that off,
 * which is read when a program begins. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/* Executes this program again, with malloc()'s cache turned off; returns when it is off already or
 * cannot be turned off (without /proc), which costs memory and nothing else. To be called before
 * the process has anything that would not survive it. */
void heap_without_cache(char **argv);

/* Fills free chunks; to be called again after much was freed. */
void heap_fill(void);

/* Frees what fills them; to be called before the owner allocates and frees much, as a reload does.
 */
void heap_clear(void);

#endif
