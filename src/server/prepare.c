/* prepare: see prepare.h. */
#include "server/prepare.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/keys.h"
#include "daemon/privs.h"
#include "daemon/sandbox.h"
#include "server/area.h"
#include "server/rehearsal.h"
#include "server/sandbox_roles.h"

void prepare_user(const struct config *c, struct problems *p)
{
	privs_take(c->server.user, c->server.group, "user", c->names.v[0], p);
}

void prepare_look_at_area(const struct config *c, struct problems *p)
{
	struct origin o = config_origin(&config_server_keys, &c->server.origins, "status-path");
	const char *path = area_path(c);

	if (path && access(path, W_OK | X_OK) < 0)
		problem_warning(p, o.file, o.line,
		    "status-path: %s: %s: the state is not published", path, strerror(errno));
}

static void prepare_sandbox(const struct config *c, struct problems *p)
{
	char lacking[SANDBOX_LACKING_MAX];

	roles_prepare(lacking);
	sandbox_report(lacking, c->server.sandbox == SANDBOX_REQUIRED, c->names.v[0], p);
}

/* A reload reads it again, as the user that the server has become. */
static void check_readable(const char *file, struct problems *p)
{
	char user[PRIVS_USER_MAX];
	int why;

	if (access(file, R_OK) == 0)
		return;
	why = errno;
	problem_error(p, file, 0, "cannot be read by user %s: %s%s", privs_user(user),
	    strerror(why), why == EACCES ? ": its mode, or that of a directory above it" : "");
}

struct generation *prepare_generation(
    struct config *c, enum generation_check check, struct problems *p)
{
	char reason[REHEARSAL_REASON_MAX];
	struct generation *g;

	for (size_t i = 0; i < c->names.n; i++)
		check_readable(c->names.v[i], p);
	if (c->server.sandbox != SANDBOX_OFF)
		prepare_sandbox(c, p); /* before the rules for the directories are made */
	g = generation_open(c, check, NULL, p);
	if (!g || rehearsal(g, reason))
		return g;
	problem_error(p, NULL, 0, "%s", reason);
	generation_unref(g);
	return NULL;
}
