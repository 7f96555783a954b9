/* wholefile: a regular file, read whole and once.
 *
 * Opened, looked at and read through one descriptor, so that all of it is of the same file; a file
 * that grows meanwhile is read to its new end. Refuses what could block the reader for ever (a
 * FIFO, a device) and what is larger than WHOLEFILE_MAX. */
#ifndef BASE_WHOLEFILE_H
#define BASE_WHOLEFILE_H

#include <stddef.h>

#include "base/region.h"

#ifndef WHOLEFILE_MAX             /* fuzzing chooses less */
#define WHOLEFILE_MAX (16u << 20) /* bytes */
#endif

/* The bytes, in the region, with a NUL behind the *len of them. NULL otherwise, and *why says what
 * is wrong (valid until the next strerror()). */
char *wholefile_read(struct region *r, const char *path, size_t *len, const char **why);

#endif
