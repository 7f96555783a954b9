/* wholefile: see wholefile.h. */
#include "base/wholefile.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* `room` bytes to begin with: one more than the file seems to have, so that its end is seen. */
static char *read_to_end(struct region *r, int fd, size_t room, size_t *len)
{
	char *text = region_alloc(r, room + 1), *more;
	ssize_t n;

	*len = 0;
	for (;;) {
		if (!text)
			return NULL;
		n = io_read_full(fd, text + *len, room - *len);
		if (n < 0)
			return NULL;
		*len += (size_t)n;
		if (*len < room || room > WHOLEFILE_MAX)
			return text;
		room *= 2; /* it has grown */
		more = region_alloc(r, room + 1);
		if (more)
			memcpy(more, text, *len);
		text = more;
	}
}

char *wholefile_read(struct region *r, const char *path, size_t *len, const char **why)
{
	struct stat st;
	int fd = io_open_regular(path, &st, why);
	char *text = NULL;

	if (fd < 0)
		return NULL;
	*len = WHOLEFILE_MAX + 1;
	if (st.st_size <= WHOLEFILE_MAX) {
		text = read_to_end(r, fd, (size_t)st.st_size + 1, len);
		if (!text)
			*why = strerror(errno);
	}
	close(fd);
	if (!*why && *len > WHOLEFILE_MAX)
		*why = "is larger than 16 MiB";
	return *why ? NULL : text;
}
