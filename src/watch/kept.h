/* kept: what the archive knows, and what waits for it; room on the disk that is recorded to.
 *
 * The index is opened for reading alone. That a file waits for the archive is seen in the
 * directories of completed captures. What time is left until the archive is full is an estimate: of
 * the files of the last week a hundred are looked at. Refuses to change anything. */
#ifndef WATCH_KEPT_H
#define WATCH_KEPT_H

#include "config/config.h"
#include "watch/snapshot.h"

/* s->now is the time. */
void kept_look(struct snapshot *s, const struct config *config);

#endif
