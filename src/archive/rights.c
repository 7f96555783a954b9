/* rights: see rights.h. */
#include "archive/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/keys.h"
#include "daemon/privs.h"

static bool may(int dir, const char *path, int what)
{
	return faccessat(dir, path, what, AT_EACCESS) == 0;
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
}
