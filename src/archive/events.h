/* events: the lines of the archive's log, one function for each.
 *
 * Refuses to decide what is worth a line. Names and reasons that come from elsewhere are quoted. */
#ifndef ARCHIVE_EVENTS_H
#define ARCHIVE_EVENTS_H

#include "archive/command.h"
#include "archive/expire.h"
#include "archive/take.h"

void event_archiving(const struct config *c);
void event_archived(const struct take *t);
void event_not_archived(const struct take *t);
/* A file that a crash had left without its row; and one that has still none, and why. */
void event_adopted(const struct store_file *f);
void event_not_adopted(const char *path, const char *why);
/* It was archived, and has changed since. */
void event_changed(const struct take *t);
/* A capture that is left where it is because of its name; and that there are too many of them for a
 * line each. */
void event_refused(const struct take *t);
void event_more_refused(void);
/* It was archived, and could not be removed before. */
void event_removed(const char *name);
void event_expired(const struct expired *e);
void event_missing_number(uint64_t files);
void event_not_deleted(const struct expired *e, const char *why);
void event_not_deleted_number(uint64_t files);
/* That had to go so that min-free is kept. */
void event_young(uint64_t files, uint64_t bytes);
void event_deleted_waiting(uint64_t files, uint64_t bytes);
/* So much is too much, and nothing more may be deleted: what may stand against it. */
void event_excess(const struct expire *e, bool required, bool refused);
/* Files that wait to be handed over, and would have been deleted otherwise. */
void event_held(const struct expire_held *h);

/* lines: on the standard error of the command; age: seconds since it was archived; pause: seconds
 * until it is tried again. */
void event_handed(const struct command_file *f, uint64_t lines, int64_t age);
void event_not_handed(
    const struct command_file *f, const char *reason, uint64_t lines, int64_t pause, int64_t age);
/* So many wait when the archive ends. */
void event_not_all_handed(uint64_t files);
void event_handing_stopped(const struct command_file *f);
void event_command_says(const struct command_file *f, const char *line);

/* A directory of captures that cannot be looked at; 0: it can again. */
void event_source(const char *path, int error);
/* Another directory has its name, and is looked at from now on. */
void event_source_followed(const char *path);

void event_reload(const struct config *c);
void event_not_reloaded(void);
void event_stopped(void);

/* Of no single capture. */
void event_failed(const char *reason);

#endif
