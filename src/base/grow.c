/* grow: see grow.h. */
#include "base/grow.h"

#include <stdlib.h>

#define FIRST_ROOM 8u

void *grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : FIRST_ROOM;

	if (n < *room)
		return array;
	array = reallocarray(array, more, size);
	if (array)
		*room = more;
	return array;
}
