/* daemon: the loop of the publisher: turns, signals, and a sender that is started again.
 *
 * Reads no capture and no byte of a subscriber: processes of their own do. Refuses to open what it
 * works with: main does. */
#ifndef PUBLISH_DAEMON_H
#define PUBLISH_DAEMON_H

#include <stdbool.h>

#include "config/config.h"
#include "publish/gate.h"

struct daemon {
	struct gate gate;
	struct config *config;
	int signals; /* signalfd: HUP INT TERM */

	/* Reads the configuration anew: NULL when it has errors, which were logged. */
	struct config *(*reload)(void *context);
	/* Subscribers can connect. */
	void (*ready)(void *context);
	void *context;
};

/* Until it is told to stop. False: it could not go on. */
bool daemon_run(struct daemon *d);

#endif
