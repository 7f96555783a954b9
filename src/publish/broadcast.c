/* broadcast: see broadcast.h. */
#include "publish/broadcast.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "base/io.h"

/* How long the last messages may take to arrive, at the end. */
#define LINGER_MS 500

/* How long it waits for subscribers whose queue is full, as what has piled up comes all at once;
 * for whoever takes nothing even then, and all others, it does not for some time. */
#define WAIT_MS   100
#define DO_NOT_MS 5000

/* A subscription is a prefix of a topic: more is not one. */
#define SUBSCRIPTION_MAX 1024

static bool set(const struct broadcast *b, int option, int value)
{
	return zmq_setsockopt(b->socket, option, &value, sizeof(value)) == 0;
}

bool broadcast_open(struct broadcast *b, const char *endpoint, int listener, int queue)
{
	const int64_t longest = SUBSCRIPTION_MAX;

	*b = (struct broadcast){.zmq = zmq_ctx_new()};
	b->socket = b->zmq ? zmq_socket(b->zmq, ZMQ_PUB) : NULL;
	return b->socket && set(b, ZMQ_SNDHWM, queue) && set(b, ZMQ_XPUB_NODROP, 1) &&
	       set(b, ZMQ_SNDTIMEO, WAIT_MS) && set(b, ZMQ_LINGER, LINGER_MS) &&
	       set(b, ZMQ_TCP_KEEPALIVE, 1) && set(b, ZMQ_USE_FD, listener) &&
	       zmq_setsockopt(b->socket, ZMQ_MAXMSGSIZE, &longest, sizeof(longest)) == 0 &&
	       zmq_bind(b->socket, endpoint) == 0;
}

void broadcast_close(struct broadcast *b)
{
	zmq_close(b->socket);
	zmq_ctx_term(b->zmq);
}

/* ---- a message ---- */

static bool begin(struct broadcast *b)
{
	if (!b->drops || io_monotonic_ms() < b->wait_at)
		return true;
	b->drops = false;
	return set(b, ZMQ_XPUB_NODROP, 1);
}

/* A part was not sent; with EAGAIN: a queue is full, and stays so. True: try again, without
 * waiting. */
static bool try_again(struct broadcast *b)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN || b->drops)
		return false;
	b->drops = true;
	b->wait_at = io_monotonic_ms() + DO_NOT_MS;
	return set(b, ZMQ_XPUB_NODROP, 0);
}

static bool part(struct broadcast *b, const void *data, size_t len, bool more)
{
	while (zmq_send(b->socket, data, len, more ? ZMQ_SNDMORE : 0) < 0)
		if (!try_again(b))
			return errno == EAGAIN; /* dropped */
	return true;
}

static bool head_part(struct broadcast *b, struct head *h)
{
	while (!head_send(h, b->socket))
		if (!try_again(b))
			return errno == EAGAIN; /* dropped */
	return true;
}

bool broadcast_record(
    struct broadcast *b, const char *topic, struct head *head, const uint8_t *record, size_t len)
{
	return begin(b) && part(b, topic, strlen(topic), true) && head_part(b, head) &&
	       part(b, record, len, false);
}

bool broadcast_event(struct broadcast *b, const char *topic, const char *text)
{
	return begin(b) && part(b, topic, strlen(topic), *text) &&
	       (!*text || part(b, text, strlen(text), false));
}

void broadcast_version(char *out, size_t size)
{
	int major, minor, patch;

	zmq_version(&major, &minor, &patch);
	snprintf(out, size, "%d.%d.%d", major, minor, patch);
}
