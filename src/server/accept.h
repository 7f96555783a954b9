/* accept: admission: every refusal happens here, before any fork. */
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
