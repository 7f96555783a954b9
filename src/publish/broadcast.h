/* broadcast: messages to all subscribers, through libzmq.
 *
 * What a subscriber does not take is dropped by libzmq when its queue is full: it is waited for a
 * little, as what has piled up comes all at once, and then for some time not at all. A message is
 * dropped as a whole or not at all, and for those alone whose queue is full. Refuses to know where
 * messages come from. */
#ifndef PUBLISH_BROADCAST_H
#define PUBLISH_BROADCAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "publish/head.h"

struct broadcast {
	void *zmq, *socket;
	bool drops;      /* it does not wait now */
	int64_t wait_at; /* until then: monotonic ms */
};

/* Each of these: false when libzmq fails, or there is no memory; the process must not go on. */

/* Subscribers can connect to `listener`, which is bound to `endpoint` already. queue: messages that
 * wait for one of them, at most. */
bool broadcast_open(struct broadcast *b, const char *endpoint, int listener, int queue);

/* Topic, file header and record: a part each. */
bool broadcast_record(
    struct broadcast *b, const char *topic, struct head *head, const uint8_t *record, size_t len);

/* Topic and text; without the text where it is "". */
bool broadcast_event(struct broadcast *b, const char *topic, const char *text);

/* What is sent already has some time to arrive. */
void broadcast_close(struct broadcast *b);

/* What libzmq is, for --version. */
void broadcast_version(char *out, size_t size);

#endif
