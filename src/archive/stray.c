/* stray: see stray.h. */
#include "archive/stray.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "archive/claim.h"
#include "archive/named.h"
#include "archive/walk.h"

static bool fail(struct stray *s, const char *why)
{
	snprintf(s->reason, sizeof(s->reason), "%s", why);
	return false;
}

/* Asked after the index was: retention removes a file before it commits that. A file that was
 * archived has the time at which its recording ended. */
static bool is_wanted(struct stray *s, const char *path, bool works)
{
	struct stat st;

	if (fstatat(s->depot->dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_mtim.tv_sec < s->since)
		return false;
	return !works || time(NULL) - st.st_ctim.tv_sec > STRAY_COMMITTED_S;
}

static bool look_at(struct stray *s, const char *path, bool works)
{
	struct named name;
	bool has;

	if (!named_parse(path, &name))
		return true;
	if (!store_has_path(s->depot->store, path, &has))
		return fail(s, store_reason(s->depot->store));
	if (!has && is_wanted(s, path, works)) {
		s->files++;
		s->tell(s->context, path, NULL);
	}
	return true;
}

bool stray_find(struct stray *s)
{
	static struct walk w;
	enum walk_status st;
	bool ok = true, works = claim_is_taken(s->depot->dir);

	s->files = s->unreadable = 0;
	if (!walk_begin(&w, s->depot->dir))
		return fail(s, strerror(errno));
	while (ok && (st = walk_next(&w)) != WALK_END) {
		if (st == WALK_FILE) {
			ok = look_at(s, w.path, works);
		} else if (st == WALK_ERROR && !w.gone) { /* retention removes empty ones */
			s->unreadable++;
			s->tell(s->context, w.path, w.why);
		}
	}
	walk_end(&w);
	return ok;
}
