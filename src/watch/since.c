/* since: see since.h. */
#include "watch/since.h"

#include <string.h>

#include "watch/rates.h"

/* Those of before are in nearly the same order: the search begins where it would be then. */
static const struct snapshot_session *same_session(
    const struct snapshot *before, const struct snapshot_session *o, size_t i)
{
	for (size_t k = 0; k < before->sessions; k++) {
		const struct snapshot_session *b = &before->session[(i + k) % before->sessions];

		if (b->pid == o->pid && b->order == o->order)
			return b;
	}
	return NULL;
}

static const struct snapshot_client *same_client(
    const struct snapshot *before, const struct snapshot_client *c, size_t i)
{
	for (size_t k = 0; k < before->clients; k++) {
		const struct snapshot_client *b = &before->client[(i + k) % before->clients];

		if (strcmp(b->name, c->name) == 0)
			return b;
	}
	return NULL;
}

void since_rates(struct snapshot *s, const struct snapshot *before)
{
	static const struct snapshot_session none;
	int64_t ms = s->now - before->now;

	for (size_t i = 0; i < s->sessions && ms > 0; i++) {
		struct snapshot_session *o = &s->session[i];
		const struct snapshot_session *old = same_session(before, o, i);

		if (!old) /* it is new: what it has is of this time */
			old = &none;
		o->packet_rate = rates_second(o->packets, old->packets, ms);
		o->byte_rate = rates_second(o->bytes, old->bytes, ms);
	}
	for (size_t i = 0; i < s->clients && ms > 0; i++) {
		struct snapshot_client *c = &s->client[i];
		const struct snapshot_client *old = same_client(before, c, i);

		if (!old)
			continue;
		c->packet_rate = rates_second(c->packets, old->packets, ms);
		c->byte_rate = rates_second(c->bytes, old->bytes, ms);
	}
}
