/* retention: see retention.h. */
#include "archive/retention.h"

#include <time.h>

#include "archive/claim.h"
#include "archive/events.h"
#include "archive/expire.h"

/* From one line about files that retention may not delete to the next. */
#define HELD_S 3600

/* Files that are deleted in one run. */
#define DELETED_MOST 1000

/* Of those that cannot be deleted, or are missing, so many are named in a run, and of the rest the
 * number. */
#define NAMED_MOST 10

/* Files of the last day should not be what has to go. */
#define YOUNG_S 86400

struct run {
	struct retention *r;
	int64_t now;
	bool name_refused;
	uint64_t refused;
	uint64_t missing;
	uint64_t young, young_bytes;
	uint64_t waiting, waiting_bytes; /* not handed over yet */
};

static void tell_expired(void *context, const struct expired *e)
{
	struct run *run = context;

	run->missing += e->missing;
	if (!e->missing || run->missing <= NAMED_MOST)
		event_expired(e);
	if (e->for_room && e->age < YOUNG_S && !e->missing) {
		run->young++;
		run->young_bytes += e->bytes;
	}
	if (e->waits) {
		run->waiting++;
		run->waiting_bytes += e->bytes;
	}
}

static void tell_refused(void *context, const struct expired *e, const char *why)
{
	struct run *run = context;

	run->refused++;
	if (run->name_refused && run->refused <= NAMED_MOST)
		event_not_deleted(e, why);
}

static bool is_required(const struct config *c)
{
	return c->archive.hand_over.present && c->archive.hand_over.required;
}

/* Once an hour, or when the clock was set back. */
static bool is_due(int64_t due, int64_t now)
{
	return now >= due || due > now + HELD_S;
}

/* It cannot do its work while files wait that must be handed over first. */
static void tell_held(struct retention *r, struct expire *e)
{
	struct expire_held held;

	if (!is_required(e->config) || !is_due(r->held_due, e->now))
		return;
	if (!expire_held(e, &held)) {
		event_failed(e->reason);
	} else if (held.files > 0) {
		event_held(&held);
		r->held_due = e->now + HELD_S;
	}
}

/* What cannot be deleted is tried in every run, and named once an hour. */
static void tell_number(const struct run *run)
{
	if (!run->name_refused || run->refused == 0)
		return;
	if (run->refused > NAMED_MOST)
		event_not_deleted_number(run->refused);
	run->r->refused_due = run->now + HELD_S;
}

static void tell_missing(const struct run *run)
{
	if (run->missing > NAMED_MOST)
		event_missing_number(run->missing);
}

static void tell_young(const struct run *run)
{
	if (run->young == 0 || !is_due(run->r->young_due, run->now))
		return;
	event_young(run->young, run->young_bytes);
	run->r->young_due = run->now + HELD_S;
}

static void tell_excess(const struct run *run, const struct expire *e)
{
	if ((e->excess == 0 && e->excess_files == 0) || !is_due(run->r->excess_due, run->now))
		return;
	event_excess(e, is_required(e->config), run->refused > 0);
	run->r->excess_due = run->now + HELD_S;
}

static void tell_waiting(const struct run *run)
{
	if (run->waiting == 0 || !is_due(run->r->waiting_due, run->now))
		return;
	event_deleted_waiting(run->waiting, run->waiting_bytes);
	run->r->waiting_due = run->now + HELD_S;
}

/* To --plan, which knows only the clock as it is now. */
static void tell_plan(struct retention *r, int lock, int64_t until)
{
	if (until != r->told_until)
		claim_tell_held(lock, until);
	r->told_until = until;
}

static bool has_jumped(struct retention *r, int lock, int64_t now)
{
	struct timespec boot;
	bool is_new, holds;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	holds = jump_holds(&r->jump, now, boot.tv_sec, &is_new);
	if (is_new)
		event_jump(r->jump.seen);
	tell_plan(r, lock, holds ? now + JUMP_HOLDS_S - (boot.tv_sec - r->jump.since) : 0);
	return holds;
}

void retention_run(struct retention *r, struct depot *depot, const struct config *config)
{
	int64_t now = time(NULL);
	struct run run = {.r = r, .now = now, .name_refused = is_due(r->refused_due, now)};
	struct expire e = {.depot = depot,
	    .config = config,
	    .now = now,
	    .keeps_old = has_jumped(r, depot->lock, now),
	    .most = DELETED_MOST,
	    .tell = tell_expired,
	    .refused = tell_refused,
	    .context = &run};
	bool ok = expire_run(&e);

	r->more = ok && e.more;
	r->failed = !ok || run.refused > 0 || e.excess > 0 || e.excess_files > 0;
	tell_number(&run);
	tell_missing(&run);
	tell_young(&run);
	tell_waiting(&run);
	if (!ok)
		event_failed(e.reason);
	else
		tell_excess(&run, &e);
	if (ok && !e.more)
		tell_held(r, &e);
}
