/* spawn: forks the process of a connection, with no more than it needs of the master's.
 *
 * Refuses to decide whether there is to be one (admission does), and to follow what becomes of it
 * (reap does). */
#ifndef SERVER_SPAWN_H
#define SERVER_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/clients.h"
#include "server/peer.h"

struct master;

/* A child for the connection fd, which stays the caller's to close. False with errno set, and
 * nothing has changed. */
bool spawn(struct master *m, int fd, const struct peer *peer, const struct admit_entry *candidate,
    size_t candidates);

/* A doorman for a connection from a proxy: fd is its slot's from then on. False with errno set: it
 * is still the caller's, and nothing has changed. */
bool spawn_doorman(struct master *m, int fd, const struct peer *proxy);

#endif
