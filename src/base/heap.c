/* heap: see heap.h. */
#include "base/heap.h"

#include <limits.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* Bytes: the largest and the smallest free chunks that are filled. Below EXACT each size is tried
 * (STEP apart), as there most chunks are. */
#define LARGEST (64u * 1024)
#define EXACT   1032u
#define LEAST   24u
#define STEP    16u

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

void heap_without_cache(char **argv)
{
	(void)argv;
}

void heap_fill(void)
{
}

#else

/* glibc's manual: Memory Allocation Tunables. */
#define TUNABLES "GLIBC_TUNABLES"
#define CACHE    "glibc.malloc.tcache_count"

void heap_without_cache(char **argv)
{
	const char *others = getenv(TUNABLES);
	char self[PATH_MAX], tunables[1024];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int len;

	/* the loader takes the variable from a privileged program, which would execute itself for
	 * ever; and executed itself, it is what /proc/self/exe names */
	if (n < 0 || getauxval(AT_SECURE) || !getauxval(AT_BASE) ||
	    (others && strstr(others, CACHE)))
		return;
	self[n] = '\0';
	len = snprintf(tunables, sizeof(tunables), "%s%s" CACHE "=0", others ? others : "",
	    others && *others ? ":" : "");
	if (len < (int)sizeof(tunables) && setenv(TUNABLES, tunables, 1) == 0)
		execv(self, argv);
}

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
	for (size_t size = LARGEST; size > EXACT; size -= size / 4)
		while (fill(size, end))
			;
	for (size_t size = EXACT; size >= LEAST; size -= STEP)
		while (fill(size, end))
			;
	settle();
}

#endif
