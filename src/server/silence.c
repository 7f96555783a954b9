/* silence: see silence.h. */
#include "server/silence.h"

#include "base/io.h"
#include "server/events.h"
#include "server/timers.h"
#include "server/whose.h"

/* A look is as often as a quarter of the shortest max-silence, within these. */
#define EVERY_MIN_MS 1000
#define EVERY_MAX_MS 5000

void silence_init(struct silence *s)
{
	*s = (struct silence){.due = TIMER_NEVER};
}

/* Milliseconds until the client has to be looked at again; 0: it need not be. */
static int64_t client_every(const struct status_client *k)
{
	uint64_t max = k->max_silence_s;

	if (max == 0)
		return k->silent ? EVERY_MAX_MS : 0;
	if (max >= EVERY_MAX_MS / 250)
		return EVERY_MAX_MS;
	return max * 250 < EVERY_MIN_MS ? EVERY_MIN_MS : (int64_t)max * 250;
}

void silence_watch(struct silence *s, const struct config *c, struct area *area, int64_t now)
{
	s->every = 0;
	s->looked = now;
	for (size_t i = 0; i < c->nclients; i++) {
		int64_t ms = client_every(area_client(area, i));

		if (ms > 0 && (s->every == 0 || ms < s->every))
			s->every = ms;
	}
	s->due = s->every > 0 ? now + s->every : TIMER_NEVER;
}

static int64_t quiet_since(const struct status_client *k)
{
	return k->last_packet_ms > k->since_ms ? k->last_packet_ms : k->since_ms;
}

/* For the log. It may have been before since_ms, which a restart moves to give it time. */
static int64_t last_heard(const struct status_client *k)
{
	return k->last_packet_ms > 0 ? k->last_packet_ms : k->since_ms;
}

void silence_heard(struct area *area, size_t client, const char *name, int64_t when)
{
	struct status_client *k = area_client(area, client);

	if (k->silent)
		event_heard(name, (when - last_heard(k)) / 1000);
	status_write_begin(&area->head->seq);
	k->silent = false;
	if (when > k->last_packet_ms)
		k->last_packet_ms = when;
	status_write_end(&area->head->seq);
}

/* Whether the child's counter has changed since it was last looked at. */
static void look_at(struct silence *s, const struct generation *g, const struct stats *stats,
    struct child *k, struct area *area, int64_t now)
{
	uint64_t packets = stats_get(&stats->packets);
	bool waits = stats_get(&stats->waiting) != 0;
	int64_t when = (int64_t)stats_get(&stats->heard_ms);
	size_t client = whose(g, k);

	if (client == WHOSE_NONE || (packets == k->packets_seen && !waits))
		return;
	k->packets_seen = packets;
	if (waits || when < s->looked || when > now)
		when = now;
	silence_heard(area, client, g->config->clients[client].name, when);
}

void silence_last(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, struct child *k, struct area *area)
{
	look_at(
	    s, g, statpages_slot(pages, children_slot(children, k)), k, area, io_monotonic_ms());
}

/* Whether it has been quiet for longer than it may. */
static bool too_long(const struct status_client *k, int64_t now)
{
	return k->max_silence_s > 0 && (uint64_t)(now - quiet_since(k)) / 1000 >= k->max_silence_s;
}

void silence_look(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, struct area *area, int64_t now)
{
	for (struct child *k = children_first(children); k; k = children_next(children, k))
		look_at(s, g, statpages_slot(pages, children_slot(children, k)), k, area, now);
	for (size_t i = 0; i < area->clients; i++) {
		struct status_client *k = &area->client[i];

		if (k->silent || !too_long(k, now))
			continue;
		status_write_begin(&area->head->seq);
		k->silent = true;
		k->silent_ms = now;
		status_write_end(&area->head->seq);
		event_silent(g->config->clients[i].name, (now - last_heard(k)) / 1000);
	}
	silence_watch(s, g->config, area, now);
}
