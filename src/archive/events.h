/* events: the lines of the archive's log, one function for each.
 *
 * Refuses to decide what is worth a line. Names and reasons that come from elsewhere are quoted. */
#ifndef ARCHIVE_EVENTS_H
#define ARCHIVE_EVENTS_H

#include "archive/expire.h"
#include "archive/take.h"

void event_archiving(const struct config *c);
void event_archived(const struct take *t);
void event_not_archived(const struct take *t);
void event_expired(const struct expired *e);
void event_expire_failed(const char *reason);
/* Nothing more may be deleted, and still so many bytes are too much. */
void event_excess(uint64_t bytes);
void event_reload(const struct config *c);
void event_not_reloaded(void);
void event_stopped(void);

#endif
