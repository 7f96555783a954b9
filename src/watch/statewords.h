/* statewords: what clients and their connections do, in one word, for tables and pages. Pure. */
#ifndef WATCH_STATEWORDS_H
#define WATCH_STATEWORDS_H

#include "watch/snapshot.h"

const char *statewords_session(const struct snapshot_session *o);

/* Of a client that is recorded, more exactly than its state alone says. */
const char *statewords_client(const struct snapshot_client *c);

#endif
