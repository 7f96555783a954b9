/* pipes: see pipes.h. */
#include "daemon/pipes.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#define TICK_MS 100
#define WAIT_MS 1000 /* at once: while this is stopped as well, a process does not hang */

int pipes_patience = 60;

/* Whether it can be read or written; false with ETIMEDOUT. */
static bool wait_for(int fd, short events, const struct pipes_tick *tick)
{
	struct pollfd p = {.fd = fd, .events = events};
	int step = tick ? TICK_MS : WAIT_MS;

	for (int waited = 0; waited < pipes_patience * 1000; waited += step) {
		if (poll(&p, 1, step) > 0)
			return true;
		if (tick)
			tick->call(tick->of);
	}
	errno = ETIMEDOUT;
	return false;
}

ssize_t pipes_read(int from, void *data, size_t room, const struct pipes_tick *tick)
{
	ssize_t n;

	if (tick)
		tick->call(tick->of);
	while ((n = read(from, data, room)) < 0)
		if (errno != EINTR && (errno != EAGAIN || !wait_for(from, POLLIN, tick)))
			return -1;
	return n;
}

bool pipes_read_full(int from, void *data, size_t len)
{
	uint8_t *p = data;

	while (len > 0) {
		ssize_t n = pipes_read(from, p, len, NULL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool pipes_write(int to, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		ssize_t n = write(to, p, len);

		if (n < 0 && errno != EINTR && (errno != EAGAIN || !wait_for(to, POLLOUT, NULL)))
			return false;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}
