/* attach: a message through a Unix socket with a descriptor attached to it (SCM_RIGHTS, unix(7)).
 *
 * One at most. Whoever sends keeps the descriptor. Refuses to wait or to try again: flags and errno
 * are the caller's. */
#ifndef BASE_ATTACH_H
#define BASE_ATTACH_H

#include <stddef.h>
#include <sys/types.h>

/* As send(2). file: goes with it; -1: none. */
ssize_t attach_send(int socket, const void *data, size_t len, int file, int flags);

/* As recv(2). *file: what came with it, closed on exec, from now on the caller's; -1: none. */
ssize_t attach_receive(int socket, void *data, size_t len, int *file, int flags);

#endif
