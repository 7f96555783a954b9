/* places: see places.h. */
#include "read/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "record/capfile.h"

struct directories {
	struct directory {
		const char *path;
		int fd;
		struct stat st;
	} * v;
	size_t n;
};

static bool is_there(const struct directories *d, const struct stat *st)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].fd >= 0 && io_same_file(&d->v[i].st, st))
			return true;
	return false;
}

/* One that cannot be opened is listed as well, so that it is told once. */
static void add(struct directories *d, const char *path, struct tell *tell)
{
	struct stat st;
	int fd;

	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->v[i].path, path) == 0)
			return;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		tell_error(tell, "%s: %s", path, strerror(errno));
		d->v[d->n++] = (struct directory){.path = path, .fd = -1};
	} else if (!is_there(d, &st)) {
		d->v[d->n++] = (struct directory){.path = path, .fd = fd, .st = st};
		return;
	}
	if (fd >= 0)
		close(fd);
}

/* As many as there can be; those in which files are recorded first. */
static bool open_all(struct directories *d, const struct config *c, struct tell *tell)
{
	const struct config_storage *g = &c->storage;

	*d = (struct directories){.v = calloc(2 * c->nclients + 2, sizeof(*d->v))};
	if (!d->v) {
		tell_error(tell, "%s", strerror(ENOMEM));
		return false;
	}
	add(d, g->base_path, tell);
	for (size_t i = 0; i < c->nclients; i++)
		add(d, c->clients[i].storage.base_path, tell);
	if (g->completed_path)
		add(d, g->completed_path, tell);
	for (size_t i = 0; i < c->nclients; i++)
		if (c->clients[i].storage.completed_path)
			add(d, c->clients[i].storage.completed_path, tell);
	return true;
}

static bool open_file(const struct directory *d, const char *name, struct place_file *f)
{
	*f = (struct place_file){.directory = d->path, .name = name};
	if (!capname_parse(name, &f->parts))
		return false;
	f->fd = openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (f->fd < 0)
		return false;
	if (fstat(f->fd, &f->st) == 0 && S_ISREG(f->st.st_mode)) {
		f->recording = f->st.st_mode & CAPFILE_MARK;
		return true;
	}
	close(f->fd);
	return false;
}

/* What cannot be opened though it is there. */
static bool is_denied(int error)
{
	return error != ENOENT && error != ELOOP;
}

/* Goes on after an error, which makes *whole false. */
static bool look(
    const struct directory *d, struct tell *tell, const struct places_visitor *v, bool *whole)
{
	DIR *list = io_list(d->fd);
	struct place_file f;
	struct dirent *e;
	bool more = true;

	if (!list) {
		tell_error(tell, "%s: %s", d->path, strerror(errno));
		*whole = false;
		return true;
	}
	while (more && (e = readdir(list))) {
		if (v->is_known && v->is_known(v->of, d->st.st_dev, e->d_ino, e->d_name))
			continue;
		errno = 0;
		if (open_file(d, e->d_name, &f)) {
			more = v->take(v->of, &f);
		} else if (errno != 0 && is_denied(errno)) {
			tell_error(tell, "%s/%s: %s", d->path, e->d_name, strerror(errno));
			*whole = false;
		}
	}
	closedir(list);
	return more;
}

bool places_look(const struct config *c, struct tell *tell, const struct places_visitor *v)
{
	struct directories d;
	bool whole = true, more = open_all(&d, c, tell);

	for (size_t i = 0; i < d.n; i++) {
		if (d.v[i].fd < 0) {
			whole = false;
			continue;
		}
		more = more && look(&d.v[i], tell, v, &whole);
		close(d.v[i].fd);
	}
	free(d.v);
	return more && whole;
}
