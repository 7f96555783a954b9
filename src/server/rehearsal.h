/* rehearsal: tries at the start whether a child can record here, before there is a connection.
 *
 * Without it a server would start whose every child fails, as under the filter of an old container,
 * and record nothing. Refuses to create a file: server/trial does. */
#ifndef SERVER_REHEARSAL_H
#define SERVER_REHEARSAL_H

#include "server/generation.h"

#define REHEARSAL_REASON_MAX 200

/* Forks a child that does what each does before its first byte, and waits for its end. False with
 * the reason when it could not. */
bool rehearsal(const struct generation *g, char reason[REHEARSAL_REASON_MAX]);

#endif
