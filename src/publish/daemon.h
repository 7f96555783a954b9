/* daemon: the loop of the publisher: turns, signals, and a sender that is started again.
 *
 * Reads no capture and no byte of a subscriber: processes of their own do. Refuses to open what it
 * works with: main does. */
#ifndef PUBLISH_DAEMON_H
#define PUBLISH_DAEMON_H

#include <stdbool.h>

#include "config/config.h"
#include "daemon/start.h"
#include "publish/gate.h"

struct daemon {
	struct gate gate;
	const char *file; /* the configuration, as it was named */
	struct config *config;
	int signals;         /* signalfd: HUP INT TERM */
	struct start *start; /* borrowed; told when subscribers can connect */
};

/* Until it is told to stop. False: it could not go on. */
bool daemon_run(struct daemon *d);

#endif
