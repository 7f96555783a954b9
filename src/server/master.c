/* master: see master.h: opens what it needs, and runs the loop. */
#include "server/master.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/io.h"
#include "base/pages.h"
#include "server/admission.h"
#include "server/door.h"
#include "server/events.h"
#include "server/others.h"
#include "server/reap.h"
#include "server/reload.h"
#include "server/samples.h"
#include "server/sandbox_roles.h"
#include "server/schedule.h"
#include "server/seen.h"
#include "server/signals.h"
#include "server/state.h"
#include "server/timers.h"

#define EVENTS 64

/* A server of one connection has no file: its next would be another server. */
static bool reserve(struct master *m, unsigned slots)
{
	const struct config *c = m->generation->config;
	char reason[AREA_REASON_MAX];

	if (!children_init(&m->children, slots))
		return false;
	if (area_open(&m->area, m->once ? NULL : area_path(c), slots, c->file, reason)) {
		if (statpages_reserve(&m->pages, slots, m->area.fd, m->area.head->page_at)) {
			if (reason[0])
				event_no_area(reason);
			return true;
		}
		area_close(&m->area);
	}
	children_free(&m->children);
	return false;
}

/* Slots for as many connections as any configuration may allow, so that a reload needs no more:
 * those that are not used take no memory. Where the kernel counts them all the same, or refuses,
 * only as many as the configuration wants now, and a reload cannot go beyond. */
static bool reserve_slots(struct master *m)
{
	unsigned wanted = m->generation->config->limits.connections;

	if (m->once)
		return reserve(m, 1);
	return (!pages_are_counted() && reserve(m, CONFIG_CONNECTIONS_MAX)) || reserve(m, wanted);
}

static bool open_all(struct master *m)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = TAG_SIGNALS};

	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	m->loop.signals = signals_open();
	m->accepting.spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return m->epoll >= 0 && m->loop.signals >= 0 && m->accepting.spare >= 0 &&
	       epoll_ctl(m->epoll, EPOLL_CTL_ADD, m->loop.signals, &e) == 0 && reserve_slots(m);
}

static void on_time(struct master *m)
{
	notify_status(&m->notify, m->children.used, m->children.unestablished,
	    m->accepting.accepted, m->accepting.refused);
	schedule_run(m);
	seen_numbers(m);
	admission_resume(m);
}

/* ---- the loop ---- */

/* Events are read many at once: handling one may have ended what another one stands for. */
static void on_child(struct master *m, uint64_t slot)
{
	struct child *k = slot < m->children.size ? &m->children.slot[slot] : NULL;

	if (k && k->used && k->channel >= 0)
		reap_reports(m, k);
}

static void on_event(struct master *m, uint64_t tag)
{
	if (tag == TAG_SIGNALS)
		signals_read(m);
	else if (tag >= TAG_CHILD)
		on_child(m, tag - TAG_CHILD);
	else if (m->accepting.listening && tag - TAG_LISTENER < m->accepting.listeners.n)
		admission_waiting(m, &m->accepting.listeners.v[tag - TAG_LISTENER]);
}

static bool done(const struct master *m)
{
	if (m->loop.exiting)
		return true;
	if (!m->loop.stopping_since)
		return m->once && m->children.used == 0 && !m->repairs.pid &&
		       m->repairs.due == TIMER_NEVER;
	return m->children.used == 0 || m->loop.given_up;
}

static int loop(struct master *m)
{
	struct epoll_event e[EVENTS];

	on_time(m);
	while (!done(m)) {
		int n = epoll_wait(m->epoll, e, EVENTS, schedule_wait(m));

		if (n < 0 && errno != EINTR) {
			event_error(strerror(errno));
			return 1;
		}
		for (int i = 0; i < n && !m->loop.exiting; i++)
			on_event(m, e[i].data.u64);
		on_time(m);
	}
	if (m->loop.exiting)
		return 0;
	return m->loop.killed || m->children.used > 0 || (m->once && !m->ends.completed);
}

/* Children that are left keep what they were forked with. */
static void close_all(struct master *m)
{
	static const struct listeners none;

	for (const struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k)) {
		if (door_is(k))
			close(k->door);
		generation_unref(k->generation);
	}
	repairs_free(&m->repairs);
	children_free(&m->children);
	statpages_free(&m->pages);
	heirs_free(&m->heirs);
	area_close(&m->area);
	generation_unref(m->generation);
	listen_close_unused(&m->accepting.listeners, &none);
	close(m->accepting.spare);
	close(m->loop.signals);
	close(m->epoll);
	notify_close(&m->notify);
}

/* The rows of the clients, with what earlier masters have left; then others may see them. As the
 * sequence number is odd meanwhile, nobody counts anything twice. */
static void begin_area(struct master *m)
{
	const struct config *c = m->generation->config;
	int64_t now = io_monotonic_ms();

	if (!area_clients(&m->area, c, NULL, now))
		event_no_area("there is no room for all clients");
	heirs_take(&m->heirs, &m->area, c, now);
	if (!m->once)
		silence_watch(&m->silence, c, &m->area, now);
	seen_generation(m);
	if (m->area.fd < 0)
		return;
	samples_begin(&m->samples, &m->area, now);
	status_write_begin(&m->area.head->seq);
	if (area_publish(&m->area))
		heirs_mark(&m->heirs);
	else
		event_no_area(strerror(errno));
	status_write_end(&m->area.head->seq);
}

/* The one connection. False: it is refused, and nothing is left to do: no child, no repair, and no
 * notification, as the service was never ready. */
static bool begin_once(struct master *m, const struct master_start *start)
{
	begin_area(m);
	if (!admission_one(m, start->connection, &start->peer))
		return false;
	start->ready(&m->notify);
	return true;
}

/* Of recordings that are not ours, while we have none. */
static void tell_others(const struct master *m)
{
	int n = others_count(m->generation);

	if (n < 0)
		event_warning("whether an earlier server still records is not known");
	else if (n > 0)
		event_others(n);
}

static bool begin(struct master *m, const struct master_start *start)
{
	begin_area(m);
	event_starting(m->generation->config, sandbox_level());
	reload_check_descriptors(m);
	for (size_t i = 0; i < m->accepting.listeners.n; i++)
		event_listening(m->accepting.listeners.v[i].name);
	tell_others(m); /* before the first child */
	admission_listen(m, true);
	start->ready(&m->notify);
	return true;
}

static int serve(struct master *m, const struct master_start *start)
{
	int code;

	sandbox_measure(
	    children_size(&m->children) + area_size(&m->area), statpages_size(&m->pages));
	heap_fill();
	code = (m->once ? begin_once(m, start) : begin(m, start)) ? loop(m) : 1;
	floods_summaries(&m->floods, m->generation, TIMER_NEVER);
	if (m->loop.stopping_since && !m->once && m->children.used == 0)
		tell_others(m);
	if (m->children.used == 0)
		seen_stopped(m);
	if (m->loop.exiting)
		event_exiting();
	else if (m->loop.stopping_since || !m->once)
		event_stopped();
	close_all(m);
	return code;
}

int master_run(struct generation *g, const struct master_start *start)
{
	struct master *m = pages_new(sizeof(*m));
	int code = 1;

	if (m) {
		/* it changes with every connection: children would cause copies of its pages */
		pages_not_for_children(m, sizeof(*m));
		*m = (struct master){.generation = g,
		    .once = start->connection >= 0,
		    .notify = start->notify,
		    .accepting = {.listeners = start->listeners, .resting_until = TIMER_NEVER},
		    .orders_due = TIMER_NEVER,
		    .ends = {.late_due = TIMER_NEVER, .overdue_due = TIMER_NEVER},
		    .loop = {.checked = io_monotonic_ms()}};
		floods_init(&m->floods);
		repairs_init(&m->repairs, m->once);
		silence_init(&m->silence);
		heirs_init(&m->heirs);
		samples_init(&m->samples);
		keepers_init(&m->keepers, m->loop.checked);
	}
	if (m && open_all(m) && !sandbox_enter(&role_master, NULL, 0, -1))
		code = serve(m, start);
	else
		start->failed(strerror(errno));
	pages_free(m, sizeof(*m));
	return code;
}
