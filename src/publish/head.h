/* head: the file header that goes with each record, as one message that all records share.
 *
 * Messages that wait for subscribers refer to it: a header of a megabyte is in memory once, however
 * many records wait. Needs libzmq, as the sender does. Refuses more than PARCEL_MAX bytes, and to
 * know what is in them. */
#ifndef PUBLISH_HEAD_H
#define PUBLISH_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct head {
	uint8_t *bytes; /* allocated */
	size_t len, room;
	void *message; /* allocated: a zmq_msg_t of these bytes; NULL: there is none yet */
};

/* Appends. False: it would be longer than PARCEL_MAX (errno 0), or there is no memory. */
bool head_add(struct head *h, const uint8_t *p, size_t len);

/* It begins anew, with nothing. */
void head_clear(struct head *h);

/* Sends it through a ZeroMQ socket as a part with more behind it. False with errno. */
bool head_send(struct head *h, void *socket);

void head_free(struct head *h);

#endif
