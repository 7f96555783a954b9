/* sender: see sender.h. */
#include "publish/sender.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "base/attach.h"
#include "base/grow.h"
#include "base/io.h"
#include "daemon/process.h"
#include "publish/head.h"
#include "publish/order.h"
#include "publish/parcel.h"

#define READ_ROOM (64u << 10)

/* How long the last messages may take to arrive, at the end. */
#define LINGER_MS 500

/* How long it waits for subscribers whose queue is full, as what has piled up comes all at once;
 * for whoever takes nothing even then, and all others, it does not for some time. */
#define WAIT_MS   100
#define DO_NOT_MS 5000

/* A subscription is a prefix of a topic: more is not one. */
#define SUBSCRIPTION_MAX 1024

/* A recording whose records come through a pipe. */
struct channel {
	uint32_t id;
	int fd;
	char topic[ORDER_TOPIC_MAX];
	struct head head; /* the file header */
	bool troubled;    /* which was reported */
	uint8_t *buf;
	size_t filled, room;
};

struct sender {
	void *zmq, *socket;
	struct channel *v;
	size_t n, have;
	struct pollfd *poll;
	size_t poll_room;
	bool drops; /* it does not wait now: until then, monotonic ms */
	int64_t wait_at;
};

static _Noreturn void give_up(void)
{
	_exit(1);
}

static void report(enum report_what what, uint32_t id)
{
	struct report r = {.what = what, .id = id};

	if (!io_write_all(PROCESS_OUT, &r, sizeof(r)))
		give_up();
}

/* ---- publishing ---- */

static void set(const struct sender *s, int option, int value)
{
	if (zmq_setsockopt(s->socket, option, &value, sizeof(value)) < 0)
		give_up();
}

/* A message begins. */
static void look_whether_to_wait(struct sender *s)
{
	if (!s->drops || io_monotonic_ms() < s->wait_at)
		return;
	s->drops = false;
	set(s, ZMQ_XPUB_NODROP, 1);
}

/* A part was not sent: a queue is full, and stays so. True: try again, without waiting. A message
 * is dropped as a whole or not at all, and for those alone whose queue is full. */
static bool try_again(struct sender *s)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		give_up();
	if (s->drops)
		return false;
	s->drops = true;
	s->wait_at = io_monotonic_ms() + DO_NOT_MS;
	set(s, ZMQ_XPUB_NODROP, 0);
	return true;
}

static void part(struct sender *s, const void *data, size_t len, bool more)
{
	while (zmq_send(s->socket, data, len, more ? ZMQ_SNDMORE : 0) < 0 && try_again(s))
		;
}

static void publish_record(struct sender *s, struct channel *c, const uint8_t *p, size_t len)
{
	look_whether_to_wait(s);
	part(s, c->topic, strlen(c->topic), true);
	while (!head_send(&c->head, s->socket) && try_again(s))
		;
	part(s, p, len, false);
}

static void publish_event(struct sender *s, const struct order *o)
{
	look_whether_to_wait(s);
	part(s, o->topic, strlen(o->topic), *o->text);
	if (*o->text)
		part(s, o->text, strlen(o->text), false);
}

/* ---- a recording ---- */

static bool add_to_head(struct channel *c, const uint8_t *p, size_t len)
{
	if (head_add(&c->head, p, len))
		return true;
	if (errno != 0)
		give_up();
	return false;
}

/* False: that must not come. */
static bool take(struct sender *s, struct channel *c, const struct parcel *p, const uint8_t *data)
{
	switch (p->kind) {
	case PARCEL_HEAD:
		head_clear(&c->head);
		return add_to_head(c, data, p->len);
	case PARCEL_MORE:
		return add_to_head(c, data, p->len);
	case PARCEL_RECORD:
		if (c->head.len == 0)
			return false;
		publish_record(s, c, data, p->len);
		return true;
	default:
		if (!c->troubled)
			report(REPORT_TROUBLE, c->id);
		c->troubled = true;
		return true;
	}
}

static void make_room(struct channel *c, size_t need)
{
	uint8_t *buf;

	if (need < READ_ROOM)
		need = READ_ROOM;
	if (need <= c->room)
		return;
	buf = realloc(c->buf, need);
	if (!buf)
		give_up();
	c->buf = buf;
	c->room = need;
}

/* False: it has ended, or sends what it must not send. */
static bool take_all(struct sender *s, struct channel *c)
{
	size_t at = 0, need = 0;
	struct parcel p;
	enum parcel_status st;

	while ((st = parcel_first(c->buf + at, c->filled - at, &p, &need)) == PARCEL_WHOLE) {
		if (!take(s, c, &p, c->buf + at + sizeof(p))) {
			st = PARCEL_WRONG;
			break;
		}
		at += need;
	}
	if (st == PARCEL_WRONG) {
		report(REPORT_WRONG, c->id);
		return false;
	}
	memmove(c->buf, c->buf + at, c->filled - at);
	c->filled -= at;
	make_room(c, need);
	return true;
}

static bool read_channel(struct sender *s, struct channel *c)
{
	ssize_t n;

	make_room(c, READ_ROOM);
	n = read(c->fd, c->buf + c->filled, c->room - c->filled);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	c->filled += (size_t)n;
	return n > 0 && take_all(s, c);
}

static void end_channel(struct sender *s, size_t i)
{
	struct channel *c = &s->v[i];

	report(REPORT_ENDED, c->id);
	close(c->fd);
	head_free(&c->head);
	free(c->buf);
	*c = s->v[--s->n];
}

static void follow(struct sender *s, const struct order *o, int fd)
{
	struct channel *c, *v = grow(s->v, s->n, &s->have, sizeof(*v));

	if (!v)
		give_up();
	s->v = v;
	c = &s->v[s->n++];
	*c = (struct channel){.id = o->id, .fd = fd};
	snprintf(c->topic, sizeof(c->topic), "%s", o->topic);
}

/* ---- orders ---- */

/* False: there will be no more. */
static bool take_order(struct sender *s)
{
	static struct order o;
	int file;
	ssize_t n = attach_receive(PROCESS_FILES + SENDER_ORDERS, &o, sizeof(o), &file, 0);

	if (n < 0)
		return errno == EINTR;
	if (n == 0)
		return false;
	if (o.what == ORDER_FOLLOW && file < 0)
		give_up();
	if (o.what == ORDER_FOLLOW)
		follow(s, &o, file);
	else
		publish_event(s, &o);
	return true;
}

/* ---- the loop ---- */

static size_t wait_for(struct sender *s)
{
	size_t all = s->n + 1;

	if (all > s->poll_room) {
		struct pollfd *p = reallocarray(s->poll, 2 * all, sizeof(*p));

		if (!p)
			give_up();
		s->poll = p;
		s->poll_room = 2 * all;
	}
	s->poll[0] = (struct pollfd){.fd = PROCESS_FILES + SENDER_ORDERS, .events = POLLIN};
	for (size_t i = 0; i < s->n; i++)
		s->poll[i + 1] = (struct pollfd){.fd = s->v[i].fd, .events = POLLIN};
	return poll(s->poll, all, -1) < 0 ? 0 : all;
}

/* Records before orders: an event that follows them comes after them in any case, as the master
 * waits for the report. From the last, as the one that ends gets the last one's place. */
static void loop(struct sender *s)
{
	for (;;) {
		size_t n = wait_for(s);

		for (size_t i = n; i > 1; i--)
			if (s->poll[i - 1].revents && !read_channel(s, &s->v[i - 2]))
				end_channel(s, i - 2);
		if (n > 0 && s->poll[0].revents && !take_order(s))
			return;
	}
}

static void open_socket(struct sender *s, const struct sender_task *t)
{
	s->zmq = zmq_ctx_new();
	s->socket = s->zmq ? zmq_socket(s->zmq, ZMQ_PUB) : NULL;
	if (!s->socket)
		give_up();
	set(s, ZMQ_SNDHWM, t->queue);
	set(s, ZMQ_XPUB_NODROP, 1);
	set(s, ZMQ_SNDTIMEO, WAIT_MS);
	set(s, ZMQ_LINGER, LINGER_MS);
	set(s, ZMQ_TCP_KEEPALIVE, 1);
	set(s, ZMQ_USE_FD, PROCESS_FILES + SENDER_LISTENER);
	if (zmq_setsockopt(
		s->socket, ZMQ_MAXMSGSIZE, &(int64_t){SUBSCRIPTION_MAX}, sizeof(int64_t)) < 0 ||
	    zmq_bind(s->socket, t->endpoint) < 0)
		give_up();
}

/* What libzmq prints when it gives up must not go to a subscriber whose connection has got the
 * number of standard error. */
static void fill_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup(PROCESS_FILES + SENDER_NULL) != fd)
			give_up();
}

void sender_run(void *context)
{
	static struct sender s;

	fill_standard();
	open_socket(&s, context);
	report(REPORT_READY, 0);
	loop(&s);
	zmq_close(s.socket);
	zmq_ctx_term(s.zmq);
}

void sender_version(char *out, unsigned long size)
{
	int major, minor, patch;

	zmq_version(&major, &minor, &patch);
	snprintf(out, size, "%d.%d.%d", major, minor, patch);
}
