/* directories: see directories.h. */
#include "server/directories.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/privs.h"

bool directories_init(struct directories *d, struct region *region, size_t most)
{
	*d = (struct directories){.v = region_array(region, most, sizeof(*d->v))};
	return d->v;
}

/* ---- opened ---- */

/* For the effective user, as files are created later. The filter of an old container answers EPERM
 * to faccessat2(2), Linux 5.8, which the C library does without after ENOSYS only: then for the
 * real user, who is the same. */
static bool is_writable(int dir)
{
	return faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) == 0 ||
	       (errno == EPERM && syscall(SYS_faccessat, dir, ".", W_OK | X_OK) == 0);
}

/* What the user may not do with it, for errno. */
static void not_permitted(const struct directory *d, struct origin o, const char *key,
    const char *what, struct problems *p)
{
	char user[PRIVS_USER_MAX];
	int why = errno;

	problem_error(p, o.file, o.line, "%s %s: not %s by user %s: %s%s", key, d->path, what,
	    privs_user(user), strerror(why),
	    why == EROFS ? ": in a service of systemd, set ReadWritePaths" : "");
}

static bool open_directory(
    struct directory *d, struct origin o, const char *key, struct problems *p)
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0 && errno == EACCES) {
		not_permitted(d, o, key, "readable", p);
		return false;
	}
	if (d->fd < 0 || fstat(d->fd, &st) < 0) {
		problem_error(p, o.file, o.line, "%s %s: %s", key, d->path, strerror(errno));
		return false;
	}
	d->dev = st.st_dev;
	d->ino = st.st_ino;
	if (!is_writable(d->fd)) {
		not_permitted(d, o, key, "writable", p);
		return false;
	}
	return true;
}

static void close_directory(struct directory *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

struct directory *directories_open(struct directories *directories, const char *path,
    struct origin o, const char *key, struct problems *p)
{
	struct directory *d = &directories->v[directories->n];

	for (struct directory *known = directories->v; known < d; known++)
		if (strcmp(known->path, path) == 0)
			return known->same ? known->same : known->fd < 0 ? NULL : known;
	*d = (struct directory){.path = path};
	directories->n++;
	if (!open_directory(d, o, key, p)) {
		close_directory(d);
		return NULL;
	}
	for (struct directory *other = directories->v; other < d; other++)
		if (other->fd >= 0 && other->dev == d->dev && other->ino == d->ino) {
			close_directory(d); /* another spelling of it */
			d->same = other;
			return other;
		}
	return d;
}

void directories_close(struct directories *d)
{
	for (size_t i = 0; i < d->n; i++)
		close_directory(&d->v[i]);
}

/* ---- looked at ---- */

/* Whether `path` lies beneath `above`, both without symbolic links. */
static bool is_beneath(const char *path, const char *above)
{
	size_t n = strlen(above);

	/* the root is nothing but a slash */
	return strncmp(path, above, n) == 0 && (path[n] == '/' || n <= 1);
}

void directories_warn_nested(
    const struct directories *d, const char *file, struct problems *problems)
{
	char **real = calloc(d->n + 1, sizeof(*real));

	for (size_t i = 0; real && i < d->n; i++)
		real[i] = d->v[i].fd < 0 ? NULL : realpath(d->v[i].path, NULL);
	for (size_t i = 0; real && i < d->n; i++)
		for (size_t j = 0; j < d->n; j++)
			if (i != j && real[i] && real[j] && is_beneath(real[j], real[i]))
				problem_warning(problems, file, 0,
				    "directory %s lies beneath %s: keep them side by side", real[j],
				    real[i]);
	for (size_t i = 0; real && i < d->n; i++)
		free(real[i]);
	free(real);
}

const char *directories_path(const struct directories *d, int fd)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].fd == fd)
			return d->v[i].path;
	return "?";
}

size_t directories_holds(const struct directories *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->v[i].fd >= 0;
	return n;
}
