/* start: steps between the command line and the work that several programs take alike.
 *
 * Signals wait from the first step on; the service manager and, with -D, the caller hear when the
 * program is ready; what is wrong until then is told on standard error. Refuses to know the order
 * of the steps, and what the work is: the main of each program says both. */
#ifndef DAEMON_START_H
#define DAEMON_START_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"
#include "config/config.h"
#include "daemon/background.h"
#include "daemon/notify.h"
#include "daemon/sandbox.h"

/* Of a daemon that takes its signals from a signalfd. */
struct start {
	const char *ident; /* its name in syslog lines; stays valid */
	struct notify notify;
	struct background background;
	sigset_t signals; /* that the loop takes */
	sigset_t before;  /* the mask that the process was started with */
};

#define START(name)                                                                                \
	{                                                                                          \
		.ident = (name), .notify.fd = -1, .background.ready = -1                           \
	}

/* Blocks the n signals that the loop takes, and no others: before there is a signalfd they wait. */
void start_hold_signals(struct start *s, const int *wanted, size_t n);

/* The signalfd of the loop, which does not wait; -1 with errno. */
int start_signals(const struct start *s);

/* The process becomes the daemon: its log is open, and with `background` it is in the background.
 * The service manager is not told yet. False: standard error was told why. */
bool start_daemon(struct start *s, bool background);

/* The part of it that is for -D: in the background, with syslog as the log. In the daemon only, as
 * background_start(). */
bool start_detach(struct background *b, const sigset_t *before, const char *ident);

/* From here on nobody who has waited for the daemon need wait any more: the service manager, and
 * with -D the caller. */
void start_ready(struct notify *n, struct background *b);

/* Tells standard error, and returns EXITCODE_FAILURE. */
int start_failed(const char *reason);

/* Unless the configuration has it off: prepare() prepares the roles of the program, false with
 * errno; what the kernel lacks is reported. */
void start_sandbox(
    const struct config *c, bool (*prepare)(char lacking[SANDBOX_LACKING_MAX]), struct problems *p);

#endif
