/* notices: see notices.h. */
#include "base/notices.h"

#include <unistd.h>

const struct inotify_event *notices_next(struct notices *n, int inotify)
{
	const struct inotify_event *e;
	ssize_t len;

	if (n->at == n->len) {
		len = read(inotify, n->buf, sizeof(n->buf));
		if (len <= 0)
			return NULL;
		n->at = 0;
		n->len = (size_t)len;
	}
	e = (const void *)(n->buf + n->at);
	n->at += sizeof(*e) + e->len;
	return e;
}
