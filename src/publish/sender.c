/* sender: see sender.h. */
#include "publish/sender.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/attach.h"
#include "base/grow.h"
#include "base/io.h"
#include "daemon/process.h"
#include "publish/broadcast.h"
#include "publish/channel.h"
#include "publish/order.h"

struct sender {
	struct broadcast out;
	struct channel *v;
	size_t n, have;
	struct pollfd *poll;
	size_t poll_room;
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

/* ---- recordings ---- */

static void follow(struct sender *s, const struct order *o, int fd)
{
	struct channel *v = grow(s->v, s->n, &s->have, sizeof(*v));

	if (!v)
		give_up();
	s->v = v;
	channel_open(&s->v[s->n++], o->id, fd, o->topic);
}

static void read_channel(struct sender *s, size_t i)
{
	struct channel *c = &s->v[i];
	bool before = c->troubled;
	enum channel_status st = channel_read(c, &s->out);

	if (st == CHANNEL_FAILED)
		give_up();
	if (c->troubled && !before)
		report(REPORT_TROUBLE, c->id);
	if (st == CHANNEL_WRONG)
		report(REPORT_WRONG, c->id);
	if (st == CHANNEL_OPEN)
		return;
	report(REPORT_ENDED, c->id);
	channel_close(c);
	*c = s->v[--s->n];
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
	else if (!broadcast_event(&s->out, o.topic, o.text))
		give_up();
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
			if (s->poll[i - 1].revents)
				read_channel(s, i - 2);
		if (n > 0 && s->poll[0].revents && !take_order(s))
			return;
	}
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
	const struct sender_task *t = context;
	static struct sender s;

	fill_standard();
	if (!broadcast_open(&s.out, t->endpoint, PROCESS_FILES + SENDER_LISTENER, t->queue))
		give_up();
	report(REPORT_READY, 0);
	loop(&s);
	broadcast_close(&s.out);
}
