/* stop: see stop.h. */
#include "server/stop.h"

#include <signal.h>

#include "base/io.h"
#include "server/admission.h"
#include "server/events.h"
#include "server/orders.h"
#include "server/state.h"
#include "server/timers.h"

/* From the beginning of the stop: a second more than a child has to finish, for the kernel to end
 * those that were killed. */
#define GIVE_UP_MS 10000

_Static_assert(GIVE_UP_MS > ORDERS_FINISH_MS, "children are killed before the master gives up");

void stop_signal_children(const struct master *m, int sig)
{
	for (const struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k))
		if (k->pid > 0)
			kill(k->pid, sig);
}

void stop_begin(struct master *m)
{
	static const struct listeners none;

	if (m->loop.stopping_since)
		return;
	notify_stopping(&m->notify);
	m->loop.stopping_since = io_monotonic_ms();
	event_stopping(m->children.used);
	admission_listen(m, false);
	listen_close_unused(&m->accepting.listeners, &none);
	m->accepting.listeners.n = 0;
	for (struct child *k = children_first(&m->children); k; k = children_next(&m->children, k))
		orders_finish(m, k, ORDER_STOP);
}

int64_t stop_kill_due(const struct master *m)
{
	bool waits = m->loop.stopping_since && !m->loop.killed && m->children.used > 0;

	return waits ? m->loop.stopping_since + ORDERS_FINISH_MS : TIMER_NEVER;
}

void stop_kill(struct master *m, int64_t now)
{
	(void)now;
	m->loop.killed = true;
	event_not_stopped(m->children.used);
	stop_signal_children(m, SIGKILL);
}

int64_t stop_give_up_due(const struct master *m)
{
	return m->loop.stopping_since && !m->loop.given_up ? m->loop.stopping_since + GIVE_UP_MS
							   : TIMER_NEVER;
}

void stop_give_up(struct master *m, int64_t now)
{
	(void)now;
	m->loop.given_up = true;
}
