/* admission: takes connections, and refuses them before any fork.
 *
 * The list of clients is looked up, and the limits are compared, in config/clients (admit_…); the
 * counts are those of children. Refuses to read a byte of a connection: what is in a stream, its
 * session refuses (capture/accept). */
#ifndef ACCEPT_H
#define ACCEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct master;
struct listener;

/* Connections taken in one call, before signals and reports have their turn. */
#define ACCEPT_AT_ONCE 64

/* Takes the connections that wait at a listener, as many as there is room for. */
void accept_waiting(struct master *m, const struct listener *l);

/* Decides about one connection and forks a child for it. The descriptor is closed in any case. */
bool accept_one(struct master *m, int fd, const struct sockaddr_storage *from);

/* Puts the listeners into epoll, or takes them out. */
void accept_listen(struct master *m, bool on);

/* Listens again when that was stopped and the reason is gone. */
void accept_resume(struct master *m);

#endif
