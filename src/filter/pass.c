/* pass: see pass.h. */
#include "filter/pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"

/* Writing leaves the position at the beginning, where it is taken from. */
int filter_pass(const struct filter_table *t)
{
	int file = memfd_create("filter", MFD_CLOEXEC), saved;

	if (file < 0 || pwrite(file, t, t->size, 0) == (ssize_t)t->size)
		return file;
	saved = errno;
	close(file);
	errno = saved;
	return -1;
}

struct filter_table *filter_take(int file)
{
	struct filter_table head, *t = NULL;

	if (io_read_full(file, &head, sizeof(head)) == sizeof(head) && head.size > sizeof(head) &&
	    head.size <= FILTER_TABLE_MAX) {
		t = malloc(head.size);
		if (!t)
			return NULL;
		*t = head;
		if (io_read_full(file, t + 1, head.size - sizeof(head)) ==
			(ssize_t)(head.size - sizeof(head)) &&
		    filter_table_check(t, head.size))
			return t;
	}
	free(t);
	errno = EINVAL;
	return NULL;
}
