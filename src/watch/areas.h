/* areas: a snapshot of what the status areas of one configuration say, which status/finder finds.
 *
 * Refuses to look into them itself. */
#ifndef WATCH_AREAS_H
#define WATCH_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "watch/snapshot.h"

/* Into *s, with everything in its region. `config`: the configuration's absolute path. Where there
 * is no area s->known is false and s->why says why. False: no memory. */
bool areas_look(struct snapshot *s, const char *directory, const char *config, struct region *r);

#endif
