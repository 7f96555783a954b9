/* outlet: see outlet.h. */
#include "publish/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/attach.h"
#include "base/io.h"
#include "daemon/pipes.h"

/* It takes an order as soon as it has read what there is of records: longer, and it hangs. */
#define TAKE_SECONDS 10

/* Of the last messages: longer than the sender itself waits for them. */
#define STOP_MS 2000

bool outlet_start(
    struct outlet *o, const struct process_kind *kind, int listener, const struct sender_task *task)
{
	const struct timeval limit = {.tv_sec = TAKE_SECONDS};
	struct report r;
	int pair[2], files[SENDER_FILES];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool ok;

	*o = (struct outlet){.process = {.from = -1, .to = -1}, .orders = -1};
	if (null < 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		close(null);
		return false;
	}
	files[SENDER_ORDERS] = pair[1];
	files[SENDER_LISTENER] = listener;
	files[SENDER_NULL] = null;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	ok = process_start(
	    &o->process, kind, files, SENDER_FILES, sender_run, (void *)(uintptr_t)task);
	close(pair[1]);
	close(null);
	o->orders = pair[0];
	if (ok) {
		errno = 0;
		ok = pipes_read_full(o->process.from, &r, sizeof(r)) && r.what == REPORT_READY;
	}
	if (!ok)
		outlet_kill(o);
	return ok;
}

/* ---- orders ---- */

static bool give(struct outlet *o, const struct order *order, int fd)
{
	size_t len = offsetof(struct order, text) + strlen(order->text) + 1;
	ssize_t n;

	do
		n = attach_send(o->orders, order, len, fd, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}

bool outlet_follow(struct outlet *o, uint32_t id, const char *client, int from)
{
	static struct order order;

	order = (struct order){.what = ORDER_FOLLOW, .id = id};
	snprintf(order.topic, sizeof(order.topic), "data.v1.%s", client);
	return give(o, &order, from);
}

bool outlet_event(struct outlet *o, const char *event, const char *client, const char *text)
{
	static struct order order;

	order = (struct order){.what = ORDER_EVENT};
	snprintf(order.topic, sizeof(order.topic), "event.v1.%s.%s", event, client);
	snprintf(order.text, sizeof(order.text), "%s", text ? text : "");
	return give(o, &order, -1);
}

/* ---- reports, and the end ---- */

/* A report is written at once, and so is in the pipe as a whole. */
bool outlet_report(struct outlet *o, struct report *r, bool *ended)
{
	ssize_t n = read(o->process.from, r, sizeof(*r));

	*ended = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	return n == sizeof(*r);
}

void outlet_kill(struct outlet *o)
{
	int saved = errno;

	process_end(&o->process);
	if (o->orders >= 0)
		close(o->orders);
	o->orders = -1;
	errno = saved;
}

void outlet_stop(struct outlet *o)
{
	int64_t until = io_monotonic_ms() + STOP_MS, left;
	struct pollfd p = {.fd = o->process.from, .events = POLLIN};
	bool ended = false;
	struct report r;

	if (o->orders < 0)
		return;
	close(o->orders);
	o->orders = -1;
	while (!ended && (left = until - io_monotonic_ms()) > 0)
		if (poll(&p, 1, (int)left) > 0)
			outlet_report(o, &r, &ended);
	outlet_kill(o);
}
