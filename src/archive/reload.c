/* reload: see reload.h. */
#include "archive/reload.h"

#include "archive/events.h"
#include "archive/rights.h"
#include "base/cstr.h"
#include "config/keys.h"

/* Index, lock and all that is archived are at the old path. */
static void check_path(const struct config *old, const struct config *c, struct problems *p)
{
	struct origin o = config_origin(&config_archive_keys, &c->archive.origins, "path");

	if (!cstr_equal(old->archive.path, c->archive.path))
		problem_error(p, o.file, o.line, "path: another one needs a restart");
}

static void warn_restart(const struct config *old, const struct config *c, struct problems *p)
{
	const struct config_archive *a = &old->archive, *b = &c->archive;

	if (!cstr_equal(a->user, b->user) || !cstr_equal(a->group, b->group))
		problem_warning(p, c->names.v[0], 0, "user and group change with a restart only");
	if (!cstr_equal(a->pid_file, b->pid_file))
		problem_warning(p, c->names.v[0], 0, "pid-file changes with a restart only");
	if (old->server.sandbox != c->server.sandbox)
		problem_warning(p, c->names.v[0], 0, "sandbox changes with a restart only");
}

bool reload_accept(const struct config *old, struct config *c, struct sources *out)
{
	struct problems problems = {0};
	bool ok = false;

	if (c) {
		check_path(old, c, &problems);
		if (sources_open(out, c, &problems))
			rights_check(c, out, &problems);
		warn_restart(old, c, &problems);
		ok = problems.errors == 0;
		if (!ok)
			sources_close(out);
	}
	problems_log(&problems);
	problems_free(&problems);
	if (!ok) {
		event_not_reloaded();
		config_free(c);
	}
	return ok;
}
