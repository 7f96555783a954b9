/* statewords: see statewords.h. */
#include "watch/statewords.h"

const enum snapshot_state statewords_states[STATEWORDS_STATES] = {
    SNAPSHOT_RECORDING, SNAPSHOT_WAITING, SNAPSHOT_SILENT, SNAPSHOT_ABSENT, SNAPSHOT_NEVER};

enum statewords_mood statewords_mood(enum snapshot_state state)
{
	switch (state) {
	case SNAPSHOT_SILENT:
	case SNAPSHOT_WAITING:
		return STATEWORDS_BAD;
	case SNAPSHOT_ABSENT:
	case SNAPSHOT_NEVER:
		return STATEWORDS_GONE;
	default:
		return STATEWORDS_GOOD;
	}
}

const char *statewords_session(const struct snapshot_session *o)
{
	if (o->waiting)
		return "waiting";
	if (o->outlived)
		return "outlived";
	return o->state == STATUS_FINISHING ? "finishing"
	       : o->state == STATUS_RUNNING ? "recording"
					    : "beginning";
}

const char *statewords_client(const struct snapshot_client *c)
{
	if (c->state != SNAPSHOT_RECORDING)
		return snapshot_state_word(c->state);
	if (c->sessions > 1)
		return c->store ? "recording" : "counting";
	if (c->session->state == STATUS_RUNNING && !c->session->outlived && !c->store)
		return "counting";
	return statewords_session(c->session);
}
