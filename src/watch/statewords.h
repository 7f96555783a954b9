/* statewords: what clients and their connections do, in one word, and whether that is
 * well, for tables and pages. Pure. */
#ifndef WATCH_STATEWORDS_H
#define WATCH_STATEWORDS_H

#include "watch/snapshot.h"

/* As they are counted, the most welcome first. */
#define STATEWORDS_STATES 5
extern const enum snapshot_state statewords_states[STATEWORDS_STATES];

/* What is to be thought of a state: colours and classes follow from it. */
enum statewords_mood {
	STATEWORDS_GOOD,
	STATEWORDS_GONE,
	STATEWORDS_BAD
};
enum statewords_mood statewords_mood(enum snapshot_state state);

const char *statewords_session(const struct snapshot_session *o);

/* Of a client that is recorded, more exactly than its state alone says. */
const char *statewords_client(const struct snapshot_client *c);

#endif
