/* areas: finds the status areas of one configuration, and says which of their servers lives.
 *
 * A directory may have files of several configurations, of servers that have ended, and anything
 * else: what is not ours is passed over, and of what is wrong the first reason is kept. Refuses to
 * write there. */
#ifndef WATCH_AREAS_H
#define WATCH_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "watch/snapshot.h"

/* Into *s, with everything in its region. `config`: the configuration's absolute path. Where there
 * is no area s->known is false and s->why says why. False: no memory. */
bool areas_look(struct snapshot *s, const char *directory, const char *config, struct region *r);

#endif
