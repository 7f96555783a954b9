/* prepare: see prepare.h. */
#include "server/prepare.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/privs.h"
#include "daemon/sandbox.h"
#include "server/rehearsal.h"
#include "server/sandbox_roles.h"

void prepare_user(const struct config *c, struct problems *p)
{
	char reason[PRIVS_REASON_MAX];

	if (geteuid() != 0) /* not started as root: the user is chosen already */
		return;
	if (!c->server.user)
		problem_warning(p, c->names.v[0], 0, "running as root: set user");
	else if (!privs_drop(c->server.user, c->server.group, reason))
		problem_error(p, c->names.v[0], 0, "%s", reason);
}

static void prepare_sandbox(const struct config *c, struct problems *p)
{
	char lacking[SANDBOX_LACKING_MAX];

	roles_prepare(lacking);
	if (!lacking[0])
		return;
	if (c->server.sandbox == SANDBOX_REQUIRED)
		problem_error(p, c->names.v[0], 0,
		    "sandbox = \"required\", and this kernel lacks %s", lacking);
	else
		problem_warning(p, c->names.v[0], 0,
		    "the sandbox has to do without what this kernel lacks: %s", lacking);
}

struct generation *prepare_generation(
    struct config *c, enum generation_check check, struct problems *p)
{
	char reason[REHEARSAL_REASON_MAX];
	struct generation *g;

	for (size_t i = 0; i < c->names.n; i++)
		if (access(c->names.v[i], R_OK) < 0)
			problem_error(p, c->names.v[i], 0,
			    "cannot be read by the user of the server: %s%s", strerror(errno),
			    errno == EACCES ? ": its mode, or that of a directory above it" : "");
	if (c->server.sandbox != SANDBOX_OFF)
		prepare_sandbox(c, p); /* before the rules for the directories are made */
	g = generation_open(c, check, p);
	if (!g || rehearsal(g, reason))
		return g;
	problem_error(p, NULL, 0, "%s", reason);
	generation_unref(g);
	return NULL;
}
