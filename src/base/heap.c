/* heap: see heap.h. */
#include "base/heap.h"

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes: larger blocks are mappings of their own; malloc() hands out no smaller ones. */
#define LARGEST (64u * 1024)
#define LEAST   24u

/* Smaller chunks are not merged when they are freed (tcache, fastbins): filled and freed with every
 * configuration, they would fragment the heap more and more. */
#define GIVEN_BACK 2048u

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

/* Takes a free chunk of that size, if there is one below the unused end of the heap. */
static bool fill(size_t size, const char *end)
{
	struct filling *f = malloc(size);

	if (!f || (const char *)f >= end) {
		free(f);
		return false;
	}
	if (size >= GIVEN_BACK) {
		f->next = fillings;
		fillings = f;
	}
	/* a small one is never freed */
	/* cppcheck-suppress memleak */
	return true;
}

void heap_fill(void)
{
	static bool again;
	const struct mallinfo2 info = mallinfo2();
	/* Where the unused end of the heap begins: it is not to be filled. */
	const char *end = (const char *)sbrk(0) - info.keepcost;
	size_t left = info.fordblks - info.keepcost, least = again ? GIVEN_BACK : LEAST;

	for (size_t size = LARGEST; size > least; size -= size / 4)
		while (left >= size && fill(size, end))
			left -= size;
	while (left >= least && fill(least, end))
		left -= least;
	again = true;
}

#endif
