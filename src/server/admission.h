/* admission: takes connections, and refuses them before any fork.
 *
 * The list of clients is looked up in config/clients, the limits are compared in
 * server/connection_limits; the counts are those of children. Refuses to read a byte of a
 * connection: what is in a stream, its session refuses (capture/accept), and whom a proxy speaks
 * for, a doorman reads. */
#ifndef SERVER_ADMISSION_H
#define SERVER_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct master;
struct listener;

/* The reason for refusing an address that no client has. */
#define ADMISSION_UNLISTED "not in the client list"

/* Connections taken in one call, before signals and reports have their turn. */
#define ADMISSION_AT_ONCE 64

/* Takes the connections that wait at a listener, as many as there is room for. */
void admission_waiting(struct master *m, const struct listener *l);

/* Decides about one connection and forks a child for it, or first a doorman, where it comes from a
 * proxy. The descriptor is closed when it is not needed any more, in any case. */
bool admission_one(struct master *m, int fd, const struct sockaddr_storage *from);

/* Decides about connections of which doormen have found out whose they are. */
int64_t admission_answers_due(const struct master *m);
void admission_answers(struct master *m, int64_t now);

/* Puts the listeners into epoll, or takes them out. */
void admission_listen(struct master *m, bool on);

/* Listens again when that was stopped and the reason is gone. */
void admission_resume(struct master *m);

#endif
