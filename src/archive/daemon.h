/* daemon: the loop of the archive: rounds, handing over, retention, signals.
 *
 * Refuses to open what it works with: main does. */
#ifndef ARCHIVE_DAEMON_H
#define ARCHIVE_DAEMON_H

#include <stdbool.h>

#include "archive/depot.h"
#include "archive/sources.h"
#include "config/config.h"
#include "daemon/notify.h"

struct daemon {
	struct depot depot;
	struct sources sources;
	const char *file; /* the configuration, as it was named */
	struct config *config;
	bool once;             /* one round, retention, and out */
	struct notify *notify; /* borrowed */
	int signals;           /* signalfd: HUP INT TERM USR1 CHLD */
};

/* Until it is told to stop, or the round is over. False: it could not go on; with `once` also: a
 * capture could not be archived, retention failed, or a file could not be handed over. */
bool daemon_run(struct daemon *d);

#endif
