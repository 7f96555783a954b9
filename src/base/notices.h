/* notices: what inotify(7) has to tell, one event after the other.
 *
 * Refuses to wait, and to know what an event means. */
#ifndef BASE_NOTICES_H
#define BASE_NOTICES_H

#include <stddef.h>
#include <sys/inotify.h>

struct notices {
	size_t at, len;
	_Alignas(struct inotify_event) char buf[16384];
};

/* Before the first event. */
static inline void notices_begin(struct notices *n)
{
	n->at = n->len = 0;
}

/* The next one, valid until the next call; NULL: there are no more for now. inotify: a descriptor
 * that does not wait. */
const struct inotify_event *notices_next(struct notices *n, int inotify);

#endif
