/* retention: see retention.h. */
#include "archive/retention.h"

#include <time.h>

#include "archive/events.h"
#include "archive/expire.h"

/* From one line about files that retention may not delete to the next. */
#define HELD_S 3600

/* Files that are deleted in one run. */
#define DELETED_MOST 1000

static void tell_expired(void *context, const struct expired *e)
{
	(void)context;
	event_expired(e);
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

void retention_run(struct retention *r, struct depot *depot, const struct config *config)
{
	struct expire e = {.depot = depot,
	    .config = config,
	    .now = time(NULL),
	    .most = DELETED_MOST,
	    .tell = tell_expired,
	    .context = r};

	r->failed = !expire_run(&e);
	r->more = !r->failed && e.more;
	if (r->failed)
		event_failed(e.reason);
	else if (e.excess > 0)
		event_excess(e.excess, is_required(config));
	if (!r->failed && !e.more)
		tell_held(r, &e);
}
