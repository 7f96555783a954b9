/* started: see started.h. */
#include "status/started.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* Between the start of a process by its master's clock and by the kernel's. */
#define APART_MS 2000

/* The field of /proc/PID/stat, from 1 (proc(5)). */
#define STARTTIME 22

int64_t started_ms(uint32_t pid)
{
	char path[32], text[1024], *at;
	long ticks = sysconf(_SC_CLK_TCK);
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = io_read_full(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strrchr(text, ')'); /* the second field, a name, may contain anything */
	for (int field = 2; at && field < STARTTIME; field++)
		at = strchr(at + 1, ' ');
	return at && ticks > 0 ? (int64_t)(strtoull(at + 1, NULL, 10) * 1000 / (unsigned long)ticks)
			       : -1;
}

bool started_is_of(int64_t ms, const struct status_child *row)
{
	const uint64_t a = (uint64_t)ms, b = (uint64_t)row->start_boot_ms;

	/* the row may contain any number: the difference of two may be none that is signed */
	return (ms > row->start_boot_ms ? a - b : b - a) <= APART_MS;
}
