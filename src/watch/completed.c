/* completed: see completed.h. */
#include "watch/completed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "record/capfile.h"

#define DATE 15 /* YYYYMMDD_HHMMSS */

/* Names that are read: listing a directory takes its time, too. */
#define NAMES_MAX 200000u

static bool is_wanted(const struct completed *look, const struct capname *name)
{
	return !look->since || strcmp(name->stamp + strlen(name->stamp) - DATE, look->since) >= 0;
}

/* Without the mark: with it, it is not complete. */
static bool is_complete(int dir, const char *name, struct stat *st)
{
	return fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st->st_mode) &&
	       (st->st_mode & CAPFILE_MARK) == 0;
}

static void read_all(struct completed *look, DIR *d, size_t *names)
{
	struct dirent *e;
	struct capname name;
	struct stat st;

	while (!look->cut && (e = readdir(d))) {
		look->cut = ++*names > NAMES_MAX;
		if (look->cut || !capname_parse(e->d_name, &name) || !is_wanted(look, &name) ||
		    !is_complete(dirfd(d), e->d_name, &st))
			continue;
		look->cut = look->most == 0;
		if (look->cut)
			continue;
		look->most--;
		look->take(look->of, &name, &st);
	}
}

static int by_text(const void *x, const void *y)
{
	const char *const *a = x, *const *b = y;

	return strcmp(*a, *b);
}

static const char *path_of(const struct completed *look, const struct config_storage *s)
{
	return s->completed_path || !look->bases ? s->completed_path : s->base_path;
}

bool completed_look(struct completed *look, const struct config *c, struct region *r)
{
	const char **path = region_array(r, c->nclients, sizeof(*path));
	size_t n = 0, names = 0;

	look->cut = false;
	look->unseen = NULL;
	if (!path)
		return false;
	for (size_t i = 0; i < c->nclients; i++) {
		const char *p = path_of(look, &c->clients[i].storage);

		if (p && (n == 0 || path[n - 1] != p))
			path[n++] = p;
	}
	if (n > 0)
		qsort(path, n, sizeof(*path), by_text);
	for (size_t i = 0; i < n; i++) {
		DIR *d;

		if (i > 0 && strcmp(path[i - 1], path[i]) == 0)
			continue;
		d = opendir(path[i]);
		if (d)
			read_all(look, d, &names);
		else if (!look->unseen)
			look->unseen = region_print(r, "%s: %s", path[i], strerror(errno));
		if (d)
			closedir(d);
	}
	return true;
}
