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

static void add(struct sources *s, const char *path, struct problems *problems)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0) {
		problem_error(problems, NULL, 0, "%s: %s", path, strerror(errno));
		return;
	}
	if (is_listed(s, dir)) {
		close(dir);
		return;
	}
	/* published files arrive by rename, or by link; what stays in base-path loses its mark;
	 * what other programs write there in place is closed at last */
	if (s->inotify >= 0)
		inotify_add_watch(s->inotify, path,
		    IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_CLOSE_WRITE | IN_ONLYDIR);
	s->v[s->n++] = (struct source){.path = path, .dir = dir};
}

/* Which of them are also directories that captures are recorded in. One that cannot be looked at
 * is none of them: they are open. */
static void note_recording(struct sources *s, const char *base_path)
{
	struct stat base, st;

	if (stat(base_path, &base) < 0)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (fstat(s->v[i].dir, &st) == 0 && io_same_file(&st, &base))
			s->v[i].recording = true;
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
	for (size_t i = 0; i < c->nclients; i++)
		note_recording(s, c->clients[i].storage.base_path);
	note_recording(s, c->storage.base_path);
	return problems->errors == before;
}

static void close_list(struct sources *s)
{
	if (s->list)
		closedir(s->list);
	s->list = NULL;
}

void sources_close(struct sources *s)
{
	close_list(s);
	for (size_t i = 0; i < s->n; i++)
		close(s->v[i].dir);
	if (s->inotify >= 0)
		close(s->inotify);
	*s = (struct sources){.inotify = -1};
}

void sources_begin(struct sources *s)
{
	close_list(s);
	s->at = 0;
}

const char *sources_next(struct sources *s, const struct source **where)
{
	for (; s->at < s->n; s->at++) {
		struct dirent *e;

		if (!s->list)
			s->list = io_list(s->v[s->at].dir);
		e = s->list ? readdir(s->list) : NULL; /* else it cannot be read now */
		*where = &s->v[s->at];
		if (e)
			return e->d_name;
		close_list(s);
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
