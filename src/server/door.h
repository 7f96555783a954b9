/* door: what a doorman has reported, and that it has ended.
 *
 * Believes of a report what door_report_check() lets through. Refuses to decide about the
 * connection: admission does, when the doorman has exited, so that nobody else reads it. */
#ifndef SERVER_DOOR_H
#define SERVER_DOOR_H

#include <stdbool.h>

#include "server/children.h"

struct master;

static inline bool door_is(const struct child *k)
{
	return k->door >= 0;
}

/* Whether its doorman has exited: admission decides next. */
static inline bool door_has_ended(const struct child *k)
{
	return door_is(k) && k->pid == 0;
}

/* Reads its report, if there is one. False: nothing more will come. */
bool door_hear(struct child *k);

/* Its doorman has exited, with a status of waitpid(); what it has sent was heard. */
void door_ended(struct master *m, struct child *k, int status);

#endif
