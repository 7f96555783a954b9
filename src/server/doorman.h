/* doorman: the life of the process that reads who is behind a proxy: one header, one report, the
 * end.
 *
 * It locks itself in (sandbox_roles) before it reads a byte, reads the PROXY header
 * (capture/proxyhead) and no byte behind it, reports what it has found to the master
 * (child_report.h: door_report), and is gone before anybody else reads the connection. It has no
 * directory, no page that others see, and can answer the peer nothing. Refuses to decide anything,
 * and to log what it has found: the master does both. */
#ifndef SERVER_DOORMAN_H
#define SERVER_DOORMAN_H

#include <stdint.h>

/* fd: the connection; channel: SOCK_SEQPACKET, to the master, whose end ends this process, too.
 * Gives up at `deadline` (monotonic ms). Nothing is owned; the caller exits with what is returned
 * (childexit.h). */
int doorman_run(int fd, int channel, int64_t deadline);

#endif
