/* heap: see heap.h. */
#include "heap.h"

#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes: what malloc() looks for holes for, and the least it hands out. */
#define LARGEST (64u * 1024)
#define LEAST   24u

struct filling {
	struct filling *next;
};

static struct filling *fillings;

void heap_clear(void)
{
	while (fillings) {
		struct filling *f = fillings;

		fillings = f->next;
		free(f);
	}
}

#ifdef __SANITIZE_ADDRESS__

void heap_fill(void)
{
}

#else

void heap_fill(void)
{
	const struct mallinfo2 info = mallinfo2();
	/* Where the unused end of the heap begins. What lies there is no hole. */
	const char *end = (const char *)sbrk(0) - info.keepcost;
	size_t left = info.fordblks - info.keepcost;

	for (size_t size = LARGEST;; size -= size / 4) {
		if (size < LEAST)
			size = LEAST;
		while (left >= size) {
			struct filling *f = malloc(size);

			if (!f || (const char *)f >= end) {
				free(f); /* no hole is as large as that */
				break;
			}
			f->next = fillings;
			fillings = f;
			left -= size;
		}
		if (size == LEAST)
			break;
	}
}

#endif
