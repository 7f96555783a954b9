/* pages: memory that is mapped in whole pages, and unmapped at once when it is freed.
 *
 * For large blocks that come and go, for tables of which only a part is used, and for what children
 * must not have. malloc() would keep its bookkeeping for them in pages that a child shares with the
 * master until one of them writes; from then on the child has a copy, as long as it lives.
 *
 * Sizes are in bytes and are rounded up. Pages that are not touched take no memory, and with
 * vm.overcommit_memory 0 or 1 they are not counted against any limit (MAP_NORESERVE); with 2 the
 * kernel counts them all. */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed. NULL with errno set when there is no memory. */
void *pages_new(size_t size);

/* Zeroed, and shared with children that are forked later: both see what the other writes. NULL with
 * errno set. */
void *pages_new_shared(size_t size);

/* `size` bytes of a file, shared with all that map it. NULL with errno set. Touching what the file
 * has no room for ends the process: see fallocate(2). */
void *pages_of_file(int fd, uint64_t at, size_t size);

/* What is mapped at `at` is a part of that file from now on; with fd -1 zeroed pages that are
 * shared with children. False with errno set: it is as it was. */
bool pages_replace(void *at, size_t size, int fd, uint64_t from);

/* `size` as it was given to pages_new() or pages_new_shared(); NULL is fine. */
void pages_free(void *at, size_t size);
void pages_free_shared(void *at, size_t size);

/* Whether the kernel counts untouched pages against its limit (vm.overcommit_memory = 2), so that
 * reserving far more than is used would take memory from other programs. */
bool pages_are_counted(void);

/* Processes forked from now on have no memory at this address (MADV_DONTFORK). */
void pages_not_for_children(void *at, size_t size);

/* Gives back the stack pages below the caller, which calls that have returned used: at most
 * 64 KiB. */
void pages_trim_stack(void);

#endif
