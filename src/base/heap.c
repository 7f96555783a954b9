/* heap: see heap.h. */
#include "base/heap.h"

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes: the largest and the smallest free chunks that are filled. */
#define LARGEST (64u * 1024)
#define LEAST   24u

/* Up to this size malloc() keeps some freed blocks of each size (STEP apart) aside, wherever they
 * lie, and takes them before all others. */
#define CACHED 1032u
#define STEP   16u

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
	malloc_trim(0); /* merges them: else each reload would leave smaller holes */
}

#ifdef __SANITIZE_ADDRESS__

void heap_fill(void)
{
}

#else

/* Allocates a free chunk of that size; false if there is none below `end`. */
static bool fill(size_t size, const char *end)
{
	struct filling *f = malloc(size);

	if (!f || (const char *)f >= end) {
		free(f);
		return false;
	}
	f->next = fillings;
	fillings = f;
	return true;
}

/* malloc() merges and sorts freed chunks only during a later large allocation, which would be a
 * child's, and would write to nearly every page of the heap. It sorts at most 10,000 chunks at a
 * time (glibc, MAX_ITERS), so large blocks are allocated several times. */
static void settle(void)
{
	malloc_trim(0);
	for (int i = 0; i < 20; i++)
		free(malloc(4 * LARGEST));
}

void heap_fill(void)
{
	const char *end; /* from here up the heap is unused: children may allocate there */

	settle();
	end = (const char *)sbrk(0) - mallinfo2().keepcost;
	for (size_t size = LARGEST; size > CACHED; size -= size / 4)
		while (fill(size, end))
			;
	for (size_t size = CACHED; size >= LEAST; size -= STEP)
		while (fill(size, end))
			;
	settle();
}

#endif
