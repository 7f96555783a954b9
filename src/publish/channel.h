/* channel: a recording in the sender: its records come through a pipe, and go to subscribers.
 *
 * The process at the other end may have been taken over by the capture that it reads: what it must
 * not send ends the channel. Refuses to report to the master: the sender does. */
#ifndef PUBLISH_CHANNEL_H
#define PUBLISH_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "publish/broadcast.h"
#include "publish/head.h"
#include "publish/order.h"

struct channel {
	uint32_t id;
	int fd; /* the end of the pipe */
	char topic[ORDER_TOPIC_MAX];
	struct head head; /* the file header */
	bool troubled;    /* the other end says that the rest of the capture cannot be read */
	uint8_t *buf;     /* allocated: of parcels, what is not published yet */
	size_t filled, room;
};

enum channel_status {
	CHANNEL_OPEN,
	CHANNEL_ENDED,
	CHANNEL_WRONG, /* it sends what it must not send */
	CHANNEL_FAILED /* no memory, or libzmq has failed: the process must not go on */
};

/* The pipe is the channel's from now on. */
void channel_open(struct channel *c, uint32_t id, int fd, const char *topic);
void channel_close(struct channel *c);

/* When there is something to read: publishes what is there. */
enum channel_status channel_read(struct channel *c, struct broadcast *b);

#endif
