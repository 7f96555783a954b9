/* samples: see samples.h. */
#include "server/samples.h"

#include "server/timers.h"

void samples_init(struct samples *s)
{
	*s = (struct samples){.due = TIMER_NEVER};
}

static void note_clients(struct area *a, unsigned which)
{
	for (size_t i = 0; i < a->clients; i++) {
		struct status_client *c = &a->client[i];

		c->packets_at[which] = c->packets;
		c->bytes_at[which] = c->bytes;
	}
}

static void note_children(
    struct area *a, const struct children *children, const struct statpages *pages, unsigned which)
{
	for (const struct child *k = children_first(children); k; k = children_next(children, k)) {
		size_t slot = children_slot(children, k);
		const struct stats *stats = statpages_slot(pages, slot);
		struct status_child *row = area_child(a, slot);

		row->packets_at[which] = stats_get(&stats->packets);
		row->bytes_at[which] = stats_get(&stats->bytes);
	}
}

void samples_begin(struct samples *s, struct area *a, int64_t now)
{
	status_write_begin(&a->head->seq);
	for (unsigned which = 0; which < 2; which++) {
		note_clients(a, which);
		a->head->sampled_ms[which] = now;
	}
	status_write_end(&a->head->seq);
	s->due = now + STATUS_SAMPLE_MS;
}

/* When both samples are of a time without a connection, another one would be the same. */
int64_t samples_due(const struct samples *s, const struct children *children)
{
	return children->used == 0 && s->idle >= 2 ? TIMER_NEVER : s->due;
}

void samples_take(struct samples *s, struct area *a, const struct children *children,
    const struct statpages *pages, int64_t now)
{
	/* after a rest none is of the last seconds */
	bool both = now >= s->due + STATUS_SAMPLE_MS;

	status_write_begin(&a->head->seq);
	for (unsigned which = 0; which < 2; which++) {
		if (which != s->old && !both)
			continue;
		note_children(a, children, pages, which);
		note_clients(a, which);
		a->head->sampled_ms[which] = now;
	}
	status_write_end(&a->head->seq);
	s->old = !s->old;
	s->idle = children->used > 0 ? 0 : s->idle < 2 ? s->idle + 1 : 2;
	s->due = now + STATUS_SAMPLE_MS;
}

void samples_ended(struct status_client *c, const struct status_child *row)
{
	for (unsigned which = 0; which < 2; which++) {
		c->packets_at[which] += row->packets_at[which];
		c->bytes_at[which] += row->bytes_at[which];
	}
}

void samples_skip(struct status_client *c, uint64_t packets, uint64_t bytes)
{
	for (unsigned which = 0; which < 2; which++) {
		c->packets_at[which] += packets;
		c->bytes_at[which] += bytes;
	}
}
