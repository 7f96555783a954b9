/* sources: see sources.h. */
#include "archive/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "config/keys.h"

/* Also one that could not be opened: the other clients that have it need no error of their own. */
static bool is_known(const struct sources *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].path, path) == 0)
			return true;
	return false;
}

/* One that can be listed is the same directory by another path: as long as it is, that is enough.
 */
static bool is_twin(const struct sources *s, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!s->v[i].error && s->v[i].device == s->v[at].device &&
		    s->v[i].inode == s->v[at].inode)
			return true;
	return false;
}

/* Published files arrive by rename, or by link; what stays in base-path loses its mark; what other
 * programs write there in place is closed at last. And the directory may be moved away. */
static void watch(const struct sources *s, struct source *from)
{
	const uint32_t what =
	    IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVE_SELF | IN_ONLYDIR;

	from->watch = s->inotify < 0 ? -1 : inotify_add_watch(s->inotify, from->path, what);
}

/* inotify knows one watch of a directory: it is that of the first of its paths. */
static void watch_all(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_twin(s, i))
			s->v[i].watch = -1;
		else if (s->v[i].dir >= 0 && s->v[i].watch < 0)
			watch(s, &s->v[i]);
}

static void open_source(struct source *from)
{
	struct stat st;

	from->dir = open(from->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	from->watch = -1;
	if (from->dir < 0 || fstat(from->dir, &st) < 0)
		return;
	from->device = st.st_dev;
	from->inode = st.st_ino;
}

static void add(struct sources *s, const struct config_storage *g, struct problems *problems)
{
	const char *key = g->completed_path ? "completed-path" : "base-path";
	const char *path = g->completed_path ? g->completed_path : g->base_path;
	struct origin o = config_origin(&config_storage_keys, &g->origins, key);
	struct source *from = &s->v[s->n];

	if (is_known(s, path))
		return;
	*from = (struct source){.path = path};
	open_source(from);
	if (from->dir < 0)
		problem_error(problems, o.file, o.line, "%s %s: %s", key, path, strerror(errno));
	s->n++;
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

static void note_all_recording(struct sources *s, const struct config *c)
{
	for (size_t i = 0; i < c->nclients; i++)
		note_recording(s, c->clients[i].storage.base_path);
	note_recording(s, c->storage.base_path);
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
		add(s, &c->clients[i].storage, problems);
	add(s, &c->storage, problems); /* of clients that are not listed any more */
	watch_all(s);
	note_all_recording(s, c);
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
		if (s->v[i].dir >= 0)
			close(s->v[i].dir);
	if (s->inotify >= 0)
		close(s->inotify);
	*s = (struct sources){.inotify = -1};
}

bool sources_look(struct sources *s)
{
	bool replaced = false;

	for (size_t i = 0; i < s->n; i++) {
		struct source *from = &s->v[i];
		struct stat now, open;
		bool seen = stat(from->path, &now) == 0 && fstat(from->dir, &open) == 0;

		from->error = seen ? 0 : errno;
		from->replaced = seen && !io_same_file(&now, &open);
		replaced |= from->replaced;
	}
	return replaced;
}

static void reopen(struct sources *s, struct source *from)
{
	struct source new = {.path = from->path, .told = from->told, .followed = true};

	open_source(&new);
	if (new.dir < 0) {
		from->error = errno;
		return;
	}
	if (from->watch >= 0)
		inotify_rm_watch(s->inotify, from->watch);
	close(from->dir);
	*from = new;
}

void sources_reopen(struct sources *s, const struct config *c)
{
	close_list(s);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].replaced)
			reopen(s, &s->v[i]);
	watch_all(s);
	note_all_recording(s, c);
}

void sources_begin(struct sources *s)
{
	close_list(s);
	s->at = 0;
}

const char *sources_next(struct sources *s, const struct source **where)
{
	for (; s->at < s->n; s->at++) {
		struct source *from = &s->v[s->at];
		struct dirent *e = NULL;

		if (from->error || (!s->list && is_twin(s, s->at)))
			continue;
		if (!s->list)
			s->list = io_list(from->dir);
		if (s->list) {
			errno = 0;
			e = readdir(s->list);
		}
		*where = from;
		if (e)
			return e->d_name;
		from->error = errno;
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
