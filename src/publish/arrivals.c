/* arrivals: see arrivals.h. */
#include "publish/arrivals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/notices.h"
#include "record/places.h"

#define EVENTS (IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | IN_ONLYDIR)

bool arrivals_begin(struct arrivals *a)
{
	*a = (struct arrivals){.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	return a->inotify >= 0;
}

void arrivals_end(struct arrivals *a)
{
	for (size_t i = 0; i < a->n; i++) {
		close(a->v[i].dir);
		free(a->v[i].path);
	}
	free(a->v);
	close(a->inotify);
	*a = (struct arrivals){.inotify = -1};
}

static struct watched *find(const struct arrivals *a, int watch)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].watch == watch)
			return &a->v[i];
	return NULL;
}

static void forget(struct arrivals *a, struct watched *w)
{
	close(w->dir);
	free(w->path);
	*w = a->v[--a->n];
}

/* One that cannot be opened is not watched either: it is tried again. */
static bool add(struct arrivals *a, int watch, const char *path)
{
	struct watched *v = grow(a->v, a->n, &a->room, sizeof(*v)), *w;

	if (!v)
		return false;
	a->v = v;
	w = &v[a->n];
	*w = (struct watched){watch, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), NULL};
	if (w->dir < 0) {
		inotify_rm_watch(a->inotify, watch);
		return true;
	}
	w->path = strdup(path);
	if (!w->path) {
		close(w->dir);
		return false;
	}
	a->n++;
	return true;
}

/* The same directory has the same watch, however it is called. */
bool arrivals_look(struct arrivals *a, const struct config *c, bool *fresh)
{
	const char *path;

	*fresh = a->refused = false;
	for (size_t i = 0; i < places_number(c); i++) {
		int watch = -1;

		if ((path = places_path(c, i)))
			watch = inotify_add_watch(a->inotify, path, EVENTS);
		a->refused |= path && watch < 0 && errno == ENOSPC;
		if (watch < 0 || find(a, watch))
			continue;
		*fresh = true;
		if (!add(a, watch, path))
			return false;
	}
	return true;
}

bool arrivals_take(struct arrivals *a, const struct arrivals_visitor *v)
{
	const struct inotify_event *e;
	struct notices n;
	bool all = true;

	for (notices_begin(&n); (e = notices_next(&n, a->inotify));) {
		struct watched *w = find(a, e->wd);

		if (e->mask & IN_Q_OVERFLOW)
			all = false;
		else if (w && (e->mask & IN_IGNORED))
			forget(a, w);
		else if (w && e->len > 0 && (e->mask & (IN_CREATE | IN_MOVED_TO)))
			v->arrived(v->of, w->dir, w->path, e->name);
	}
	return all;
}
