/* schedule: see schedule.h. */
#include "server/schedule.h"

#include "base/io.h"
#include "base/log.h"
#include "base/problem.h"
#include "server/admission.h"
#include "server/orders.h"
#include "server/reap.h"
#include "server/state.h"
#include "server/stop.h"
#include "server/timers.h"

#define DAY_MS 86400000

static int64_t unless_stopping(const struct master *m, int64_t due)
{
	return m->loop.stopping_since ? TIMER_NEVER : due;
}

static int64_t suppressed_due(const struct master *m)
{
	return floods_due(&m->floods);
}

static void log_suppressed(struct master *m, int64_t now)
{
	floods_summaries(&m->floods, m->generation, now);
}

static int64_t syslog_due(const struct master *m)
{
	(void)m;
	return log_renew_due();
}

static void renew_syslog(struct master *m, int64_t now)
{
	(void)m;
	log_renew(now);
}

static int64_t notification_due(const struct master *m)
{
	return notify_due(&m->notify);
}

static void notify_manager(struct master *m, int64_t now)
{
	notify_tick(&m->notify, now);
}

static int64_t late_due(const struct master *m)
{
	return unless_stopping(m, m->ends.late_due);
}

static int64_t overdue_due(const struct master *m)
{
	return unless_stopping(m, m->ends.overdue_due);
}

static int64_t orders_due(const struct master *m)
{
	return unless_stopping(m, m->orders_due);
}

/* With one connection there is one round: some time after its beginning, when a new file could be
 * mistaken for one that was left behind; at its end if that comes first. */
static int64_t repair_due(const struct master *m)
{
	int64_t due = m->repairs.due;

	if (m->repairs.pid)
		return TIMER_NEVER;
	if (m->once && m->children.used == 0 && due != TIMER_NEVER)
		due = 0;
	return unless_stopping(m, due);
}

static void repair(struct master *m, int64_t now)
{
	(void)now;
	repairs_want(&m->repairs, m->generation, &m->floods);
}

static int64_t keeper_due(const struct master *m)
{
	return unless_stopping(m, m->keepers.due);
}

static void start_keeper(struct master *m, int64_t now)
{
	(void)now;
	keepers_start(&m->keepers, m->generation, &m->floods);
}

static int64_t age_due(const struct master *m)
{
	return unless_stopping(m, m->loop.checked + DAY_MS);
}

/* Certificates and lists that were valid at the start may have expired since. */
static void check_age(struct master *m, int64_t now)
{
	struct problems problems = {0};

	m->loop.checked = now;
	if (m->generation->creds)
		creds_age(m->generation->creds, m->generation->config, true, &problems);
	problems_log(&problems);
	problems_free(&problems);
}

static int64_t rest_due(const struct master *m)
{
	return unless_stopping(m, m->accepting.resting_until);
}

static void end_rest(struct master *m, int64_t now)
{
	(void)now;
	m->accepting.resting_until = TIMER_NEVER;
}

static int64_t silence_due(const struct master *m)
{
	return unless_stopping(m, m->silence.due);
}

static void look_after_heirs(struct master *m, int64_t now)
{
	heirs_look(&m->heirs, &m->area, m->generation->config, now);
}

/* Before somebody is called silent, those are asked who record for an earlier master. */
static void look_for_silence(struct master *m, int64_t now)
{
	look_after_heirs(m, now);
	silence_look(&m->silence, m->generation, &m->children, &m->pages, &m->area, now);
}

static int64_t heirs_due(const struct master *m)
{
	return unless_stopping(m, m->heirs.due);
}

static int64_t samples_are_due(const struct master *m)
{
	return samples_due(&m->samples, &m->children);
}

static void take_samples(struct master *m, int64_t now)
{
	samples_take(&m->samples, &m->area, &m->children, &m->pages, now);
}

static const struct timer timers[] = {
    {admission_answers_due, admission_answers},
    {suppressed_due, log_suppressed},
    {syslog_due, renew_syslog},
    {notification_due, notify_manager},
    {stop_kill_due, stop_kill},
    {stop_give_up_due, stop_give_up},
    {late_due, reap_late},
    {overdue_due, reap_overdue},
    {orders_due, orders_again},
    {repair_due, repair},
    {keeper_due, start_keeper},
    {age_due, check_age},
    {rest_due, end_rest},
    {silence_due, look_for_silence},
    {heirs_due, look_after_heirs},
    {samples_are_due, take_samples},
};
#define TIMERS (sizeof(timers) / sizeof(*timers))

void schedule_run(struct master *m)
{
	timers_run(timers, TIMERS, m, io_monotonic_ms());
}

int schedule_wait(const struct master *m)
{
	return timers_wait(timers, TIMERS, m, io_monotonic_ms());
}
