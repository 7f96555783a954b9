/* events: see events.h. */
#include "archive/events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

void event_archiving(const struct config *c)
{
	log_line(
	    LVL_NOTICE, "archiving path=%s clients=%zu", LOG_QUOTE(c->archive.path), c->nclients);
}

void event_archived(const struct take *t)
{
	const struct facts *f = &t->report.facts;
	const char *path = LOG_QUOTE(t->path);

	if (t->known)
		log_line(LVL_NOTICE, "archived client=%s name=%s reason=\"archived before\"",
		    t->client, t->name);
	else if (f->broken)
		log_line(LVL_WARNING,
		    "archived client=%s name=%s path=%s packets=%" PRIu64 " bytes=%" PRIu64
		    " stored=%" PRIu64 " broken=%s offset=%" PRIu64,
		    t->client, t->name, path, f->packets, f->bytes, t->report.stored,
		    LOG_QUOTE(f->why), f->whole);
	else
		log_line(LVL_INFO,
		    "archived client=%s name=%s path=%s packets=%" PRIu64 " bytes=%" PRIu64
		    " stored=%" PRIu64,
		    t->client, t->name, path, f->packets, f->bytes, t->report.stored);
}

void event_adopted(const struct store_file *f)
{
	log_line(LVL_NOTICE,
	    "archived client=%s name=%s path=%s reason=\"a crash had come before it was in the "
	    "index\"",
	    f->client, f->name, LOG_QUOTE(f->path));
}

void event_not_adopted(const char *path, const char *why)
{
	log_line(LVL_ERROR,
	    "error path=%s reason=\"a crash has left it, and it is not in the index: %s\"",
	    LOG_QUOTE(path), why);
}

void event_not_archived(const struct take *t)
{
	log_line(t->growing ? LVL_NOTICE : LVL_ERROR, "%s client=%s name=%s reason=%s",
	    t->growing ? "waiting" : "error", t->client, t->name, LOG_QUOTE(t->reason));
}

void event_changed(const struct take *t)
{
	log_line(LVL_NOTICE,
	    "waiting client=%s name=%s reason=\"it has changed since it was archived, and stays: "
	    "as "
	    "it is then, it is archived beside that\"",
	    t->client, t->name);
}

void event_refused(const struct take *t)
{
	log_line(
	    LVL_WARNING, "refused name=%s reason=%s", LOG_QUOTE(t->name), LOG_QUOTE(t->reason));
}

void event_more_refused(void)
{
	log_line(
	    LVL_WARNING, "refused reason=\"there are more such files: none of them is told of\"");
}

void event_removed(const char *name)
{
	log_line(LVL_NOTICE,
	    "archived name=%s reason=\"it was archived before, and could be removed now\"", name);
}

void event_expired(const struct expired *e)
{
	if (e->missing)
		log_line(LVL_WARNING,
		    "warning client=%s path=%s reason=\"it is to go by %s, and was missing: it is "
		    "not in "
		    "the index any more\"",
		    e->client, LOG_QUOTE(e->path), e->reason);
	else
		log_line(LVL_INFO,
		    "deleted client=%s path=%s reason=\"%s\" age=%" PRId64 " bytes=%" PRIu64,
		    e->client, LOG_QUOTE(e->path), e->reason, e->age, e->bytes);
}

void event_missing_number(uint64_t files)
{
	log_line(LVL_WARNING,
	    "warning reason=\"files that were to go were missing: they are not in the index any "
	    "more\" files=%" PRIu64,
	    files);
}

void event_not_deleted(const struct expired *e, const char *why)
{
	log_line(LVL_ERROR,
	    "error client=%s path=%s reason=\"it is to go by %s, and cannot be deleted: %s\"",
	    e->client, LOG_QUOTE(e->path), e->reason, why);
}

void event_not_deleted_number(uint64_t files)
{
	log_line(LVL_ERROR, "error reason=\"%" PRIu64 " files cannot be deleted\"", files);
}

void event_young(uint64_t files, uint64_t bytes)
{
	log_line(LVL_WARNING,
	    "warning reason=\"min-free deletes files of the last day: the filesystem is too small, "
	    "or "
	    "something else fills it\" files=%" PRIu64 " bytes=%" PRIu64,
	    files, bytes);
}

void event_deleted_waiting(uint64_t files, uint64_t bytes)
{
	log_line(LVL_WARNING,
	    "warning reason=\"files were deleted before they were handed over: required in "
	    "hand-over "
	    "would keep them\" files=%" PRIu64 " bytes=%" PRIu64,
	    files, bytes);
}

static void tell_excess(uint64_t n, const char *what, const char *limit, const char *against)
{
	log_line(LVL_ERROR, "error reason=\"%" PRIu64 " %s are stored above %s, and %s%s\"", n,
	    what, limit, *against ? against : "there is nothing left to delete",
	    *against ? " let nothing more be deleted" : "");
}

/* What stands against it, as a list. */
void event_excess(const struct expire *e, bool required, bool refused)
{
	const char *const what[] = {e->floors ? "floors" : NULL,
	    required ? "files that wait to be handed over" : NULL,
	    refused ? "files that cannot be deleted" : NULL};
	char list[100] = "";

	for (size_t i = 0; i < sizeof(what) / sizeof(*what); i++)
		if (what[i]) {
			size_t len = strlen(list);

			snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? " and " : "",
			    what[i]);
		}
	if (e->excess > 0)
		tell_excess(e->excess, "bytes", "max-size or min-free", list);
	if (e->excess_files > 0)
		tell_excess(e->excess_files, "files", "max-files", list);
}

void event_held(const struct expire_held *h)
{
	log_line(LVL_ERROR,
	    "error reason=\"retention is exceeded by files that wait to be handed over\" "
	    "files=%" PRIu64 " bytes=%" PRIu64 " age=%" PRId64,
	    h->files, h->bytes, h->age);
}

void event_handed(const struct command_file *f, uint64_t lines, int64_t age)
{
	log_line(LVL_INFO, "handed client=%s path=%s lines=%" PRIu64 " age=%" PRId64, f->client,
	    LOG_QUOTE(f->path), lines, age);
}

void event_not_handed(
    const struct command_file *f, const char *reason, uint64_t lines, int64_t pause, int64_t age)
{
	log_line(LVL_WARNING,
	    "waiting client=%s path=%s reason=%s tries=%" PRIu64 " pause=%" PRId64 " age=%" PRId64
	    " lines=%" PRIu64,
	    f->client, LOG_QUOTE(f->path), LOG_QUOTE(reason), f->tries, pause, age, lines);
}

void event_not_all_handed(uint64_t files)
{
	log_line(
	    LVL_ERROR, "waiting files=%" PRIu64 " reason=\"they are not handed over yet\"", files);
}

void event_handing_stopped(const struct command_file *f)
{
	log_line(LVL_INFO, "waiting client=%s path=%s reason=\"the archive stops\"", f->client,
	    LOG_QUOTE(f->path));
}

void event_command_says(const struct command_file *f, const char *line)
{
	log_line(LVL_NOTICE, "command client=%s path=%s says=%s", f->client, LOG_QUOTE(f->path),
	    LOG_QUOTE(line));
}

void event_failed(const char *reason)
{
	log_line(LVL_ERROR, "error reason=%s", LOG_QUOTE(reason));
}

void event_source(const char *path, int error)
{
	if (error)
		log_line(LVL_ERROR,
		    "error path=%s reason=\"captures there cannot be looked for: %s\"",
		    LOG_QUOTE(path), strerror(error));
	else
		log_line(LVL_NOTICE, "archiving from=%s reason=\"it can be looked at again\"",
		    LOG_QUOTE(path));
}

void event_source_followed(const char *path)
{
	log_line(LVL_WARNING, "archiving from=%s reason=\"it is another directory now\"",
	    LOG_QUOTE(path));
}

void event_reload(const struct config *c)
{
	log_line(LVL_NOTICE, "reload path=%s clients=%zu", LOG_QUOTE(c->archive.path), c->nclients);
}

void event_not_reloaded(void)
{
	log_line(LVL_ERROR, "reload reason=\"failed: the old configuration stays\"");
}

void event_stopped(void)
{
	log_line(LVL_NOTICE, "stopped");
}
