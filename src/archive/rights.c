/* rights: see rights.h. */
#include "archive/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "config/keys.h"
#include "daemon/privs.h"

static bool may(int dir, const char *path, int what)
{
	return faccessat(dir, path, what, AT_EACCESS) == 0;
}

/* Whether a directory is that of `top`, or lies beneath it. Closes it. */
static bool is_beneath(int dir, const struct stat *top)
{
	struct stat last = {0}, st;
	bool is = false;

	while (!is && dir >= 0 && fstat(dir, &st) == 0 && !io_same_file(&st, &last)) {
		int above = openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		is = io_same_file(&st, top);
		last = st;
		close(dir);
		dir = above;
	}
	if (dir >= 0)
		close(dir);
	return is;
}

/* A capture that is not archived yet would count as an archived file, for --rebuild first of all.
 */
static void check_apart(const char *captures, const char *path, const struct stat *top,
    struct origin o, struct problems *problems)
{
	if (is_beneath(open(captures, O_PATH | O_DIRECTORY | O_CLOEXEC), top))
		problem_error(problems, o.file, o.line,
		    "path %s: %s lies there: the archive needs a directory of its own", path,
		    captures);
}

static void check_recorded_apart(const struct config_storage *g, const char *path,
    const struct stat *top, struct origin o, struct problems *problems)
{
	if (g->completed_path) /* else it is among the sources */
		check_apart(g->base_path, path, top, o, problems);
}

static void check_all_apart(
    const struct config *c, const struct sources *s, struct origin o, struct problems *problems)
{
	struct stat top;

	if (stat(c->archive.path, &top) < 0)
		return;
	for (size_t i = 0; i < s->n; i++)
		check_apart(s->v[i].path, c->archive.path, &top, o, problems);
	for (size_t i = 0; i < c->nclients; i++)
		if (strcmp(c->clients[i].storage.base_path, c->storage.base_path) != 0)
			check_recorded_apart(
			    &c->clients[i].storage, c->archive.path, &top, o, problems);
	check_recorded_apart(&c->storage, c->archive.path, &top, o, problems);
}

void rights_check(const struct config *c, const struct sources *s, struct problems *problems)
{
	struct origin o = config_origin(&config_archive_keys, &c->archive.origins, "path");
	const char *path = c->archive.path;
	char user[PRIVS_USER_MAX];

	privs_user(user);
	if (!may(AT_FDCWD, path, F_OK))
		problem_error(problems, o.file, o.line,
		    "path %s: %s: it is to be a directory of user %s", path, strerror(errno), user);
	else if (!may(AT_FDCWD, path, R_OK | W_OK | X_OK))
		problem_error(problems, o.file, o.line, "path %s: not writable by user %s: %s",
		    path, user, strerror(errno));
	for (size_t i = 0; i < s->n; i++)
		if (!may(s->v[i].dir, ".", W_OK | X_OK))
			problem_error(problems, o.file, o.line,
			    "%s: user %s could remove no archived capture from there: %s",
			    s->v[i].path, user, strerror(errno));
	check_all_apart(c, s, o, problems);
}
