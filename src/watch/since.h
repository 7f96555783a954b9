/* since: the rates of a snapshot since an earlier one, instead of those from the samples of the
 * area: what is drawn anew every second shows this second. Connections that have ended are in the
 * rates of their clients. Pure. */
#ifndef WATCH_SINCE_H
#define WATCH_SINCE_H

#include "watch/snapshot.h"

void since_rates(struct snapshot *s, const struct snapshot *before);

#endif
