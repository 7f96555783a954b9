/* sender: the process that talks to subscribers: records and orders come in, messages go out.
 *
 * It has the listening socket, the ends of pipes that records come through, and the socket of its
 * orders (publish/order.h): no file, no directory, no other connection. libzmq parses what
 * subscribers send; a record is bytes here. Refuses to read captures. */
#ifndef PUBLISH_SENDER_H
#define PUBLISH_SENDER_H

/* Descriptors of the process, from PROCESS_FILES. */
enum {
	SENDER_ORDERS,
	SENDER_LISTENER,
	SENDER_NULL, /* /dev/null: see sender_run() */
	SENDER_FILES
};

struct sender_task {
	const char *endpoint; /* of that kind; what it names is bound already */
	int queue;            /* messages that wait for one subscriber, at most */
};

/* context: a struct sender_task. Returns when the orders end, or with an exit when it cannot go on.
 */
void sender_run(void *context);

#endif
