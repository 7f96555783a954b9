/* grow: an array of malloc() that gets longer one element at a time.
 *
 * Refuses to shrink it, and to zero what is new. */
#ifndef BASE_GROW_H
#define BASE_GROW_H

#include <stddef.h>

/* Room for one more element behind the n of an array that has room for *room of that size, all zero
 * at the beginning: the array, or what realloc() has made of it. NULL without memory, with errno:
 * the array is as it was. */
void *grow(void *array, size_t n, size_t *room, size_t size);

#endif
