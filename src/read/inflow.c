/* inflow: see inflow.h. */
#include "read/inflow.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (64u << 10)

bool inflow_init(struct inflow *f, const struct pipes_tick *tick)
{
	*f = (struct inflow){.from = -1, .tick = tick, .buf = malloc(ROOM)};
	return f->buf;
}

void inflow_free(struct inflow *f)
{
	free(f->buf);
	f->buf = NULL;
}

size_t inflow_more(struct inflow *f)
{
	ssize_t n;

	if (f->pos > 0) {
		memmove(f->buf, f->buf + f->pos, f->filled - f->pos);
		f->filled -= f->pos;
		f->pos = 0;
	}
	n = pipes_read(
	    f->from, f->buf + f->filled, ROOM - f->filled, f->tick->call ? f->tick : NULL);
	f->hangs = n < 0;
	f->filled += n > 0 ? (size_t)n : 0;
	return n > 0 ? (size_t)n : 0;
}

bool inflow_is_there(const struct inflow *f)
{
	struct pollfd p = {.fd = f->from, .events = POLLIN};

	return inflow_has(f) > 0 || poll(&p, 1, 0) > 0;
}

bool inflow_take(struct inflow *f, void *to, size_t len)
{
	uint8_t *p = to;

	while (len > 0) {
		size_t n = inflow_has(f) < len ? inflow_has(f) : len;

		if (n == 0 && inflow_more(f) == 0)
			return false;
		memcpy(p, inflow_front(f), n);
		inflow_used(f, n);
		p += n;
		len -= n;
	}
	return true;
}

bool inflow_pass_over(struct inflow *f, size_t len)
{
	while (len > 0) {
		size_t n = inflow_has(f) < len ? inflow_has(f) : len;

		if (n == 0 && inflow_more(f) == 0)
			return false;
		inflow_used(f, n);
		len -= n;
	}
	return true;
}
