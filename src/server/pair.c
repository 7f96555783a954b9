/* pair: see pair.h. */
#include "server/pair.h"

#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "server/trial.h"

/* name NULL: without a file. Returns what pair_check() does. */
static bool try_move(const struct directory *base, const struct directory *done, const char *name,
    struct origin o, struct problems *p)
{
	switch (trial_move(base->fd, done->fd, name)) {
	case TRIAL_RENAMES:
		return false;
	case TRIAL_LINKS:
		return true;
	case TRIAL_UNKNOWN:
		if (io_no_such_rename(errno))
			problem_warning(p, o.file, o.line,
			    "completed-path %s: a file cannot be renamed there from base-path %s "
			    "without replacing another: whether it can be linked was not tried",
			    done->path, base->path);
		return true;
	case TRIAL_REFUSED:
		break;
	}
	problem_error(p, o.file, o.line,
	    "completed-path %s: a file cannot be moved there from base-path %s without replacing "
	    "another (renameat2), nor linked: %s",
	    done->path, base->path, strerror(errno));
	return false;
}

bool pair_check(const struct directory *base, const struct directory *done, bool with_file,
    struct origin o, struct problems *p)
{
	char name[TRIAL_MAX];
	const char *cannot;

	if (base->dev != done->dev) {
		problem_error(p, o.file, o.line,
		    "completed-path %s: on another filesystem than base-path %s", done->path,
		    base->path);
		return false;
	}
	cannot = with_file ? trial_create(base->fd, name) : NULL;
	if (cannot) {
		if (!trial_is_transient(errno)) {
			problem_error(p, o.file, o.line,
			    "completed-path %s: a file to try it cannot be %s in base-path %s: %s",
			    done->path, cannot, base->path, strerror(errno));
			return false;
		}
		problem_warning(p, o.file, o.line,
		    "completed-path %s: tried without a file, none can be created in base-path "
		    "%s: %s",
		    done->path, base->path, strerror(errno));
		with_file = false;
	}
	return try_move(base, done, with_file ? name : NULL, o, p);
}
