/* places: see places.h. */
#include "record/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "record/capfile.h"

/* ---- which there are ---- */

size_t places_number(const struct config *c)
{
	return 2 * (c->nclients + 1);
}

const char *places_path(const struct config *c, size_t i)
{
	size_t of = i % (c->nclients + 1);
	const struct config_storage *s = of ? &c->clients[of - 1].storage : &c->storage;

	return i <= c->nclients ? s->base_path : s->completed_path;
}

bool places_path_now(int fd, char out[PATH_MAX], bool *gone)
{
	static const char deleted[] = " (deleted)";
	size_t len, behind = strlen(deleted);
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, PATH_MAX - 1);
	out[n > 0 ? n : 0] = '\0';
	len = strlen(out);
	*gone = len > behind && strcmp(out + len - behind, deleted) == 0;
	if (*gone)
		out[len - behind] = '\0';
	return n > 0;
}

/* ---- what lies there ---- */

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

static void tell(const struct places_visitor *v, const char *path, const char *name)
{
	char text[PATH_MAX + CAPNAME_MAX + 128];

	snprintf(text, sizeof(text), "%s%s%s: %s", path, name ? "/" : "", name ? name : "",
	    strerror(errno));
	v->trouble(v->of, text);
}

/* One that cannot be opened is listed as well, so that it is told once. */
static void add(struct directories *d, const char *path, const struct places_visitor *v)
{
	struct stat st;
	int fd;

	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->v[i].path, path) == 0)
			return;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		tell(v, path, NULL);
		d->v[d->n++] = (struct directory){.path = path, .fd = -1};
	} else if (!is_there(d, &st)) {
		d->v[d->n++] = (struct directory){.path = path, .fd = fd, .st = st};
		return;
	}
	if (fd >= 0)
		close(fd);
}

/* As many as there can be. */
static bool open_all(struct directories *d, const struct config *c, const struct places_visitor *v)
{
	const char *path;

	*d = (struct directories){.v = calloc(places_number(c), sizeof(*d->v))};
	if (!d->v) {
		v->trouble(v->of, strerror(ENOMEM));
		return false;
	}
	for (size_t i = 0; i < places_number(c); i++)
		if ((path = places_path(c, i)))
			add(d, path, v);
	return true;
}

bool places_open(int dir, const char *path, const char *name, struct place_file *f)
{
	*f = (struct place_file){.directory = path, .name = name};
	if (!capname_parse(name, &f->parts))
		return false;
	f->fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
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
static bool look(const struct directory *d, const struct places_visitor *v, bool *whole)
{
	DIR *list = io_list(d->fd);
	struct place_file f;
	struct dirent *e;
	bool more = true;

	if (!list) {
		tell(v, d->path, NULL);
		*whole = false;
		return true;
	}
	while (more && (e = readdir(list))) {
		if (v->is_known && v->is_known(v->of, d->st.st_dev, e->d_ino, e->d_name))
			continue;
		errno = 0;
		if (places_open(d->fd, d->path, e->d_name, &f)) {
			more = v->take(v->of, &f);
		} else if (errno != 0 && is_denied(errno)) {
			tell(v, d->path, e->d_name);
			*whole = false;
		}
	}
	closedir(list);
	return more;
}

bool places_look(const struct config *c, const struct places_visitor *v)
{
	struct directories d;
	bool whole = true, more = open_all(&d, c, v);

	for (size_t i = 0; i < d.n; i++) {
		if (d.v[i].fd < 0) {
			whole = false;
			continue;
		}
		more = more && look(&d.v[i], v, &whole);
		close(d.v[i].fd);
	}
	free(d.v);
	return more && whole;
}
