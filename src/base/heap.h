/* heap: keeps together what a child will allocate.
 *
 * A loaded configuration leaves the master's heap full of holes. A child would allocate in them,
 * and need a copy of every page that has one. So the holes are filled before children are forked:
 * what a child allocates then lies behind all that the master has, side by side. */
#ifndef HEAP_H
#define HEAP_H

/* Fills the holes: the first time all of them, and the small ones for good; later the large ones.
 */
void heap_fill(void);

/* Takes the filling out again: before the master allocates, and frees, in earnest. */
void heap_clear(void);

#endif
