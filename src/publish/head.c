/* head: see head.h. */
#include "publish/head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "publish/parcel.h"

/* Messages that wait keep the bytes that they were made of. */
static void drop_message(struct head *h)
{
	if (h->message)
		zmq_msg_close(h->message);
	free(h->message);
	h->message = NULL;
}

bool head_add(struct head *h, const uint8_t *p, size_t len)
{
	size_t want = h->len + len;
	uint8_t *bytes;

	errno = 0;
	if (want > PARCEL_MAX)
		return false;
	if (want > h->room) {
		bytes = realloc(h->bytes, want);
		if (!bytes)
			return false;
		h->bytes = bytes;
		h->room = want;
	}
	memcpy(h->bytes + h->len, p, len);
	h->len = want;
	drop_message(h);
	return true;
}

void head_clear(struct head *h)
{
	h->len = 0;
	drop_message(h);
}

static bool make_message(struct head *h)
{
	zmq_msg_t *m = malloc(sizeof(*m));

	if (!m)
		return false;
	if (zmq_msg_init_size(m, h->len) < 0) {
		free(m);
		return false;
	}
	memcpy(zmq_msg_data(m), h->bytes, h->len);
	h->message = m;
	return true;
}

bool head_send(struct head *h, void *socket)
{
	zmq_msg_t copy;
	int saved;

	if (!h->message && !make_message(h))
		return false;
	zmq_msg_init(&copy);
	if (zmq_msg_copy(&copy, h->message) == 0 && zmq_msg_send(&copy, socket, ZMQ_SNDMORE) >= 0)
		return true;
	saved = errno;
	zmq_msg_close(&copy);
	errno = saved;
	return false;
}

void head_free(struct head *h)
{
	drop_message(h);
	free(h->bytes);
	*h = (struct head){.len = 0};
}
