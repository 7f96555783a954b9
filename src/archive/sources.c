/* sources: see sources.h. */
#include "archive/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

static bool is_listed(const struct sources *s, int dir)
{
	struct stat a, b;

	if (fstat(dir, &a) < 0)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (fstat(s->v[i].dir, &b) == 0 && io_same_file(&a, &b))
			return true;
	return false;
}

static const char *path_of(const struct config_storage *g)
{
	return g->completed_path ? g->completed_path : g->base_path;
}

/* A stream of its own, which is rewound, and a descriptor to open files with. */
static bool open_source(struct source *new, const char *path)
{
	DIR *stream;
	int list;

	new->path = path;
	new->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (new->dir < 0)
		return false;
	list = openat(new->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = list < 0 ? NULL : fdopendir(list);
	new->list = stream;
	if (stream)
		return true;
	if (list >= 0)
		close(list);
	close(new->dir);
	return false;
}

static void add(struct sources *s, const char *path, struct problems *problems)
{
	struct source *new = &s->v[s->n];

	if (!open_source(new, path)) {
		problem_error(problems, NULL, 0, "%s: %s", path, strerror(errno));
		return;
	}
	if (is_listed(s, new->dir)) {
		closedir(new->list);
		close(new->dir);
		return;
	}
	/* published files arrive by rename, or by link; what stays in base-path loses its mark */
	if (s->inotify >= 0)
		inotify_add_watch(
		    s->inotify, path, IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_ONLYDIR);
	s->n++;
}

bool sources_open(struct sources *s, const struct config *c, struct problems *problems)
{
	size_t before = problems->errors;

	*s = (struct sources){.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	s->v = region_array(c->region, c->nclients + 1, sizeof(*s->v));
	if (!s->v) {
		problem_error(problems, NULL, 0, "out of memory");
		return false;
	}
	for (size_t i = 0; i < c->nclients; i++)
		add(s, path_of(&c->clients[i].storage), problems);
	add(s, path_of(&c->storage), problems); /* of clients that are not listed any more */
	return problems->errors == before;
}

void sources_close(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++) {
		closedir(s->v[i].list);
		close(s->v[i].dir);
	}
	if (s->inotify >= 0)
		close(s->inotify);
	*s = (struct sources){.inotify = -1};
}

void sources_begin(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		rewinddir(s->v[i].list);
	s->at = 0;
}

const char *sources_next(struct sources *s, const struct source **where)
{
	for (; s->at < s->n; s->at++) {
		struct dirent *e = readdir(s->v[s->at].list);

		*where = &s->v[s->at];
		if (e)
			return e->d_name;
	}
	return NULL;
}

bool sources_have_news(struct sources *s)
{
	char events[4096];
	bool news = false;

	while (s->inotify >= 0 && read(s->inotify, events, sizeof(events)) > 0)
		news = true;
	return news;
}
