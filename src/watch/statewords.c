/* statewords: see statewords.h. */
#include "watch/statewords.h"

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
