/* pages: see pages.h. */
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRIM (64u * 1024)

#ifdef __SANITIZE_ADDRESS__

/* What lies behind it is watched only by the sanitizer's own. */
void *pages_new(size_t size)
{
	return calloc(1, size);
}

void pages_free(void *at, size_t size)
{
	(void)size;
	free(at);
}

void pages_not_for_children(void *at, size_t size)
{
	(void)at;
	(void)size;
}

#else

void *pages_new(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void pages_free(void *at, size_t size)
{
	if (at)
		munmap(at, size);
}

void pages_not_for_children(void *at, size_t size)
{
	madvise(at, size, MADV_DONTFORK); /* they would only have more than they need */
}

#endif

void pages_trim_stack(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	/* a page below this frame stays, for the calls that are made here */
	uintptr_t end = ((uintptr_t)__builtin_frame_address(0) & ~(page - 1)) - page;

	/* what was never used is not mapped, and does not mind */
	madvise((void *)(end - TRIM), TRIM, MADV_DONTNEED);
}
