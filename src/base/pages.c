/* pages: see pages.h. */
#include "base/pages.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRIM (64u * 1024)

static void *map(size_t size, int how)
{
	void *at =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, how | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void *pages_new_shared(size_t size)
{
	return map(size, MAP_SHARED);
}

void *pages_of_file(int fd, uint64_t at, size_t size)
{
	void *to =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, (off_t)at);

	return to == MAP_FAILED ? NULL : to;
}

bool pages_replace(void *at, size_t size, int fd, uint64_t from)
{
	int how = MAP_SHARED | MAP_FIXED | MAP_NORESERVE | (fd < 0 ? MAP_ANONYMOUS : 0);

	return mmap(at, size, PROT_READ | PROT_WRITE, how, fd, (off_t)from) != MAP_FAILED;
}

void pages_free_shared(void *at, size_t size)
{
	if (at)
		munmap(at, size);
}

bool pages_are_counted(void)
{
	int fd = open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC);
	char mode = 0;

	if (fd < 0)
		return false;
	if (read(fd, &mode, 1) != 1)
		mode = 0;
	close(fd);
	return mode == '2';
}

#ifdef __SANITIZE_ADDRESS__

/* The sanitizer checks for accesses beyond the end only in its own allocations. */
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
	return map(size, MAP_PRIVATE);
}

void pages_free(void *at, size_t size)
{
	if (at)
		munmap(at, size);
}

void pages_not_for_children(void *at, size_t size)
{
	madvise(at, size, MADV_DONTFORK);
}

#endif

void pages_trim_stack(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	/* a page below this frame stays, for the calls that are made here */
	uintptr_t end = ((uintptr_t)__builtin_frame_address(0) & ~(page - 1)) - page;

	/* it may be partly unmapped: then the call fails, and nothing is lost */
	madvise((void *)(end - TRIM), TRIM, MADV_DONTNEED);
}
