/* spawn: forks the process of a connection, with no more than it needs of the master's.
 *
 * Refuses to decide whether there is to be one (admission does), and to follow what becomes of it
 * (reap does). */
#ifndef SERVER_SPAWN_H
#define SERVER_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "config/clients.h"

struct master;

/* A child for the connection fd, which stays the caller's to close. False with errno set, and
 * nothing has changed. */
bool spawn(struct master *m, int fd, const struct addr *peer, uint16_t port,
    const struct admit_entry *candidate, size_t candidates);

#endif
