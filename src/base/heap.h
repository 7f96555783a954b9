/* heap: fills the free chunks of the heap before fork(), so that children copy fewer pages.
 *
 * A configuration that was loaded leaves free chunks all over the master's heap. A child would
 * allocate in them, and each page with such a chunk would be copied for it. When the chunks are
 * filled first, a child allocates behind all of the master's memory, in few pages. */
#ifndef HEAP_H
#define HEAP_H

/* Fills the free chunks: the first time all of them, the small ones for good; later the large ones.
 */
void heap_fill(void);

/* Frees the filling: before the master allocates and frees a whole configuration. */
void heap_clear(void);

#endif
