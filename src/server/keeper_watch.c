/* keeper_watch: see keeper_watch.h. */
#include "server/keeper_watch.h"

#include "base/io.h"
#include "server/events.h"

/* Between two starts, when it does not stay alive. */
#define REST_MS 1000

void keepers_init(struct keepers *k, int64_t now)
{
	*k = (struct keepers){.since = now, .due = INT64_MAX};
}

void keepers_ended(
    struct keepers *k, struct generation *g, struct floods *f, int status, bool stopping)
{
	if (floods_line(f, FLOOD_RESOURCES))
		event_keeper_ended(status);
	g->keeper.pid = 0;
	keeper_close(&g->keeper);
	if (stopping)
		return;
	k->due = io_monotonic_ms() + REST_MS;
	if (k->due - k->since >= 2 * REST_MS)
		keepers_start(k, g, f); /* it did not die early: no pause is needed */
}

void keepers_start(struct keepers *k, struct generation *g, struct floods *f)
{
	char reason[KEEPER_REASON_MAX];

	k->since = io_monotonic_ms();
	k->due = INT64_MAX;
	if (generation_start_keeper(g, reason)) {
		event_keeper(g->keeper.pid);
		return;
	}
	if (floods_line(f, FLOOD_RESOURCES))
		event_error(reason);
	k->due = k->since + REST_MS;
}

bool keepers_gone(const struct keepers *k)
{
	return k->due != INT64_MAX;
}
