/* outlet: the master's handle of the process that talks to subscribers.
 *
 * Starts it, tells it what to publish, and hears what it reports. Refuses to decide what is worth
 * an event. */
#ifndef PUBLISH_OUTLET_H
#define PUBLISH_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/process.h"
#include "publish/order.h"
#include "publish/sender.h"

struct outlet {
	struct process process; /* process.from: readable when there is a report, or its end */
	int orders;             /* -1: there is none */
};

/* listener stays the caller's. Returns when subscribers can connect. False: why is in errno; 0: it
 * has ended by itself. */
bool outlet_start(struct outlet *o, const struct process_kind *kind, int listener,
    const struct sender_task *task);

/* What comes through `from` is published as data of that client. from stays the caller's. Here and
 * below, false: it takes no more, and is to be ended. */
bool outlet_follow(struct outlet *o, uint32_t id, const char *client, int from);

/* text: NULL for none. */
bool outlet_event(struct outlet *o, const char *event, const char *client, const char *text);

/* The next report, without waiting. False: there is none; *ended: and there will be no more. */
bool outlet_report(struct outlet *o, struct report *r, bool *ended);

/* Gives it a moment to send what it has, where it is told to stop. */
void outlet_stop(struct outlet *o);
void outlet_kill(struct outlet *o);

#endif
