/* replace: see replace.h. */
#include "server/replace.h"

#include "base/io.h"
#include "server/events.h"
#include "server/orders.h"
#include "server/state.h"

/* So often within a minute one connection may end another and nobody wonders. */
#define OFTEN     3
#define MINUTE_MS 60000

/* The newer connection has ended the older, and counts from there: the count is that of a client
 * and address, whose connections follow each other. */
static void count(struct master *m, struct child *newer, const struct child *older)
{
	int64_t now = io_monotonic_ms();

	newer->replaced = older->replaced;
	newer->replaced.burst = OFTEN;
	newer->replaced.window_ms = MINUTE_MS;
	if (!ratelimit_allow(&newer->replaced, now) &&
	    floods_replaced(m->generation, newer->client, now))
		event_replacing(newer);
}

static void finish(struct master *m, struct child *older, struct child *newer)
{
	if (orders_finish(m, older, ORDER_REPLACED))
		count(m, newer, older);
}

void replace_older(struct master *m, struct child *k)
{
	const struct config_client *client = config_client(m->generation->config, k->client);

	if (client && !client->storage.replace)
		return;
	for (struct child *other = children_first(&m->children); other;
	     other = children_next(&m->children, other)) {
		if (!child_is_of(other, k->client, &k->peer.addr))
			continue;
		if (other->order < k->order)
			finish(m, other, k);
		else if (other->order > k->order && other->established && !other->finishing)
			finish(m, k, other);
	}
}
