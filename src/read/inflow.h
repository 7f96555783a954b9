/* inflow: the bytes that a process sends, in one buffer, as far as they have come.
 *
 * Waits for more where more are wanted (daemon/pipes). Refuses to know what they mean. */
#ifndef READ_INFLOW_H
#define READ_INFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/pipes.h"

struct inflow {
	int from;                      /* the process's; set when there is one; not owned */
	const struct pipes_tick *tick; /* borrowed */
	uint8_t *buf;
	size_t pos, filled;
	bool hangs; /* else it has ended, where nothing comes any more */
};

/* False with errno. */
bool inflow_init(struct inflow *f, const struct pipes_tick *tick);
void inflow_free(struct inflow *f);

/* What has come and was not used: how many bytes, and the first of them. */
static inline size_t inflow_has(const struct inflow *f)
{
	return f->filled - f->pos;
}

static inline const uint8_t *inflow_front(const struct inflow *f)
{
	return f->buf + f->pos;
}

/* So many of them are used: they stay where they are until more are read. */
static inline void inflow_used(struct inflow *f, size_t n)
{
	f->pos += n;
}

/* Reads more, behind what was not used. Returns how many; 0: the process has ended, or hangs. */
size_t inflow_more(struct inflow *f);

/* Whether there is something, or an end: nothing is waited for. */
bool inflow_is_there(const struct inflow *f);

/* The next len bytes go to `to`, or nowhere. False: the process has ended before, or hangs. */
bool inflow_take(struct inflow *f, void *to, size_t len);
bool inflow_pass_over(struct inflow *f, size_t len);

#endif
