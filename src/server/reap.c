/* reap: see reap.h. */
#include "server/reap.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "server/childexit.h"
#include "server/door.h"
#include "server/events.h"
#include "server/orders.h"
#include "server/replace.h"
#include "server/seen.h"
#include "server/state.h"
#include "server/timers.h"

/* Reports taken at once from one child. */
#define REPORTS_AT_ONCE 16

_Static_assert(ORDERS_FINISH_MS == 9000, "the log says 9 seconds");

/* Removed from epoll before it is closed: a child that was forked just now may still have a copy of
 * the descriptor, and epoll forgets it only with the last copy. */
static void close_channel(const struct master *m, struct child *k)
{
	if (k->channel < 0)
		return;
	epoll_ctl(m->epoll, EPOLL_CTL_DEL, k->channel, NULL);
	close(k->channel);
	k->channel = -1;
}

void reap_forget(struct master *m, struct child *k)
{
	close_channel(m, k);
	generation_unref(k->generation);
	if (!children_drop(&m->children, k))
		event_bug("a free slot was dropped");
}

static void established(struct master *m, struct child *k, const struct report *r)
{
	if (!children_establish(&m->children, k))
		return; /* it has reported that already */
	if (!k->client)
		orders_choose(k, r->candidate);
	seen_established(m, k);
	k->id = r->id;
	/* forked before a reload, with the revocation list of that time */
	if (k->generation != m->generation && creds_revokes(m->generation->creds, &k->id))
		orders_finish(m, k, ORDER_REVOKED);
	if (!k->finishing) /* what ends takes nobody's place */
		replace_older(m, k);
}

void reap_reports(struct master *m, struct child *k)
{
	if (door_is(k)) {
		if (k->channel >= 0 && !door_hear(k))
			close_channel(m, k);
		return;
	}
	for (int i = 0; i < REPORTS_AT_ONCE && k->channel >= 0; i++) {
		char data[sizeof(struct report) + 1];
		ssize_t n = recv(k->channel, data, sizeof(data), MSG_DONTWAIT);
		struct report r;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0 || !report_check(data, (size_t)n, k->candidates, &r)) {
			/* its end, or not a report: its exit status tells which */
			close_channel(m, k);
			return;
		}
		if (r.kind == REPORT_ESTABLISHED)
			established(m, k, &r);
		else
			snprintf(
			    k->file, sizeof(k->file), "%s", r.kind == REPORT_OPENED ? r.name : "");
	}
}

static void kill_child(const struct child *k, const char *why)
{
	event_child_killed(k, why);
	kill(k->pid, SIGKILL);
}

void reap_overdue(struct master *m, int64_t now)
{
	m->ends.overdue_due = TIMER_NEVER;
	for (struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k)) {
		if (k->established || k->finishing || k->pid <= 0)
			continue;
		if (k->establish_by_ms <= now) {
			kill_child(k, "not established in time");
			k->finishing = true;
			k->finish_by_ms = TIMER_NEVER;
		} else if (k->establish_by_ms < m->ends.overdue_due) {
			m->ends.overdue_due = k->establish_by_ms;
		}
	}
}

/* Files that a killed child leaves are repaired after its end. */
void reap_late(struct master *m, int64_t now)
{
	m->ends.late_due = TIMER_NEVER;
	for (struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k)) {
		const struct stats *stats =
		    statpages_slot(&m->pages, children_slot(&m->children, k));

		if (!k->finishing ||
		    k->pid <= 0) /* a doorman may be reaped: kill(0) is our group */
			continue;
		if (k->patient && k->finish_by_ms != TIMER_NEVER && stats_get(&stats->waiting)) {
			/* its time begins when there is room */
			k->finish_by_ms = now + ORDERS_FINISH_MS;
			if (now + ORDERS_LOOK_MS < m->ends.late_due)
				m->ends.late_due = now + ORDERS_LOOK_MS;
			continue;
		}
		if (k->finish_by_ms <= now) {
			kill_child(k, "did not finish within 9 seconds");
			k->finish_by_ms = TIMER_NEVER;
		} else if (k->finish_by_ms < m->ends.late_due) {
			m->ends.late_due = k->finish_by_ms;
		}
	}
}

/* ---- ends ---- */

/* Whether it ended in a way that it cannot have logged. */
static bool died(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	return code != CHILD_FINISHED && (code < CHILD_PROTOCOL || code >= CHILD_INTERNAL);
}

/* Once: the connection ended regularly, broke, or was told to end: no failure of the server. */
static bool completed(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	return code == CHILD_FINISHED || code == CHILD_STOPPED || code == CHILD_CONNECTION;
}

static void child_exited(struct master *m, struct child *k, int status)
{
	reap_reports(m, k); /* what it sent before its end */
	if (door_is(k)) {
		door_ended(m, k, status);
		return;
	}
	silence_last(&m->silence, m->generation, &m->children, &m->pages, k, &m->area);
	seen_ended(m, k, status);
	if (died(status)) {
		event_child_closed(k, statpages_slot(&m->pages, children_slot(&m->children, k)),
		    status, io_monotonic_ms());
		repairs_want(&m->repairs, k->generation, &m->floods);
	} else if (k->file[0] && k->generation != m->generation) {
		/* not published, and regular rounds are only for the current generation */
		repairs_want(&m->repairs, k->generation, &m->floods);
	}
	m->ends.completed = completed(status);
	reap_forget(m, k);
}

void reap_exited(struct master *m)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *k = children_by_pid(&m->children, pid);

		if (pid == m->repairs.pid)
			repairs_ended(&m->repairs, status, &m->floods);
		else if (pid == m->generation->keeper.pid)
			keepers_ended(&m->keepers, m->generation, &m->floods, status,
			    m->loop.stopping_since != 0);
		else if (k)
			child_exited(m, k, status);
	}
}
