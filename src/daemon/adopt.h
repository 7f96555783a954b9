/* adopt: sockets that are open already when the program starts.
 *
 * Either listening sockets that a service manager passed (systemd, Accept=no), or one connection:
 * passed (Accept=yes), or on standard input (inetd). They are checked one by one: TCP, IPv4 or
 * IPv6, listening or connected as the case may be; anything else is an error that names the
 * descriptor. Nothing is ever written to a standard descriptor that is the connection: it becomes
 * /dev/null. Refuses to decide whether the peer is admitted: the master does. */
#ifndef DAEMON_ADOPT_H
#define DAEMON_ADOPT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "daemon/listen.h"

#define ADOPT_REASON_MAX 160

struct adopted {
	struct listeners listeners;   /* n 0: none were passed */
	int connection;               /* above the standard descriptors; -1: there is none */
	struct sockaddr_storage peer; /* of the connection */
	bool mute;                    /* standard error was a socket that is the peer's */
};

/* Must come before anything else opens a descriptor, and before the program forks: LISTEN_PID means
 * the process that was started. The variables are unset. On failure the reason is written; it must
 * not go to standard error when `mute` is set. */
bool adopt(struct adopted *a, bool inetd, char reason[ADOPT_REASON_MAX]);

/* Whether standard input and standard error are one socket: nothing may be written there by a
 * program that inetd may have started. */
bool adopt_is_mute(void);

#endif
