/* listen: the listening sockets.
 *
 * Sockets are non-blocking and close-on-exec. Refuses to accept: the master does. */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define LISTEN_MAX        64
#define LISTEN_REASON_MAX 160

struct listener {
	int fd;
	struct addr_zoned wanted;   /* len 0: all addresses, IPv4 and IPv6 */
	uint16_t wanted_port;       /* 0: the kernel chose */
	char name[ADDR_LISTEN_MAX]; /* the real address and port, for the log */
};

struct listeners {
	struct listener v[LISTEN_MAX];
	size_t n;
	bool passed; /* by a service manager, which chose the addresses; a reload keeps them */
};

/* Binds every address (n 0: all) at the port. Sockets of `old` (may be NULL) that are wanted
 * again are taken over with their descriptor; `old` keeps them too, listen_close_unused() closes
 * the rest. On failure *out is empty, `old` works on, and the reason is written. */
bool listen_open(struct listeners *out, const struct listeners *old,
    const struct addr_zoned *address, size_t n, uint16_t port, char reason[LISTEN_REASON_MAX]);

/* Adds a listening socket that was passed and that adopt has checked. The caller makes sure that
 * there is room. */
void listen_take(struct listeners *l, int fd);

bool listen_has(const struct listeners *l, int fd);

/* Closes those of `old` that are not in `kept`. */
void listen_close_unused(const struct listeners *old, const struct listeners *kept);

#endif
