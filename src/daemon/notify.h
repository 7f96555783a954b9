/* notify: tells a service manager how the server is, by the protocol of sd_notify(3).
 *
 * Without NOTIFY_SOCKET every function here does nothing. The socket is opened once, at the start,
 * because its path may be out of reach later; it is closed on exec and never waited for. The
 * variables are unset: nothing that is started from here could use them. For the master alone: in
 * the other processes the descriptor is closed with all the rest. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#define NOTIFY_REASON_MAX 120
#define NOTIFY_TEXT_MAX   160

struct notify {
	int fd;                       /* -1: there is no NOTIFY_SOCKET */
	int64_t watchdog;             /* ms between two WATCHDOG=1; 0: not wanted */
	int64_t alive_next;           /* when the next one is due */
	char state[NOTIFY_TEXT_MAX];  /* not sent yet: the receiver's queue was full */
	char wanted[NOTIFY_TEXT_MAX]; /* the status, as it is */
	char told[NOTIFY_TEXT_MAX];   /* as it was sent */
	int64_t tried;                /* when state or status were last sent or tried */
};

/* Opens what the environment names. Must come before -D forks: WATCHDOG_PID means the process that
 * was started. False with the reason when a variable is unusable; the usable ones take effect
 * nevertheless. */
bool notify_open(struct notify *n, char reason[NOTIFY_REASON_MAX]);

/* The same; standard error is told why it could not be. */
void notify_open_told(struct notify *n);

/* main_pid: the manager started another process than this one, and is told the number. */
void notify_ready(struct notify *n, bool main_pid);
void notify_reloading(struct notify *n);
void notify_stopping(struct notify *n);

/* Counts, which are sent by notify_tick() when they have changed, every few seconds at most. */
void notify_status(struct notify *n, unsigned connections, unsigned unestablished,
    uint64_t accepted, uint64_t refused);

/* When something has to be sent (monotonic ms, may be past; INT64_MAX: never), and sends it. */
int64_t notify_due(const struct notify *n);
void notify_tick(struct notify *n, int64_t now);

void notify_close(struct notify *n);

#endif
