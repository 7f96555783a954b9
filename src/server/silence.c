/* silence: see silence.h. */
#include "server/silence.h"

#include "base/io.h"
#include "base/pages.h"
#include "server/events.h"
#include "server/timers.h"

/* A look is as often as a quarter of the shortest max-silence, within these. */
#define EVERY_MIN_MS 1000
#define EVERY_MAX_MS 5000

void silence_init(struct silence *s)
{
	*s = (struct silence){.due = TIMER_NEVER};
}

static size_t bytes(const struct silence *s)
{
	return s->n * sizeof(*s->client);
}

void silence_free(struct silence *s)
{
	if (s->client)
		pages_free(s->client, bytes(s));
	silence_init(s);
}

/* Milliseconds between two looks; 0: no client has max-silence. */
static int64_t every(const struct config *c)
{
	int64_t least = 0;

	for (size_t i = 0; i < c->nclients; i++) {
		uint64_t max = c->clients[i].own_limits.max_silence;
		int64_t ms = max < EVERY_MAX_MS / 250 ? (int64_t)max * 250 : EVERY_MAX_MS;

		if (max > 0 && (least == 0 || ms < least))
			least = ms < EVERY_MIN_MS ? EVERY_MIN_MS : ms;
	}
	return least;
}

/* Whether it has been quiet for longer than it may. */
static bool too_long(const struct silence_client *k, const struct config_client *c, int64_t now)
{
	uint64_t max = c->own_limits.max_silence;

	return max > 0 && (uint64_t)(now - k->heard) / 1000 >= max;
}

/* What was known of the client under the configuration before. */
static void take_over(struct silence_client *k, const struct config_client *c,
    const struct silence *before, const struct config *old, int64_t now)
{
	const struct config_client *was =
	    old && before->client ? config_client(old, c->name) : NULL;

	*k = (struct silence_client){.heard = now};
	if (!was)
		return;
	*k = before->client[was - old->clients];
	k->silent = k->silent && too_long(k, c, now);
}

void silence_watch(struct silence *s, const struct config *c, const struct config *old, int64_t now)
{
	struct silence before = *s;

	silence_init(s);
	s->every = every(c);
	if (s->every > 0) {
		s->n = c->nclients;
		s->client = pages_new(bytes(s));
		if (!s->client)
			event_warning("out of memory: max-silence has no effect");
	}
	if (s->client) {
		/* it changes with every look: children would cause copies of its pages */
		pages_not_for_children(s->client, bytes(s));
		s->due = now + s->every;
		for (size_t i = 0; i < s->n; i++)
			take_over(&s->client[i], &c->clients[i], &before, old, now);
	}
	silence_free(&before);
}

/* The child's client in the current configuration; NULL: it is not listed any more. */
static const struct config_client *client_of(const struct generation *g, const struct child *k)
{
	if (k->generation == g)
		return &g->config->clients[k->candidate[k->chosen].client];
	return config_client(g->config, k->client);
}

static void heard(struct silence_client *k, const char *name, int64_t now)
{
	if (k->silent)
		event_heard(name, (now - k->heard) / 1000);
	*k = (struct silence_client){.heard = now};
}

/* Whether the child's counter has changed since it was last looked at. */
static void look_at(struct silence *s, const struct generation *g, const struct stats *stats,
    struct child *k, int64_t now)
{
	uint64_t packets = stats_get(&stats->packets);
	const struct config_client *c;

	if (!k->client || packets == k->packets_seen)
		return;
	k->packets_seen = packets;
	c = client_of(g, k);
	if (c)
		heard(&s->client[c - g->config->clients], c->name, now);
}

void silence_last(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, struct child *k)
{
	if (s->client)
		look_at(
		    s, g, statpages_slot(pages, children_slot(children, k)), k, io_monotonic_ms());
}

void silence_look(struct silence *s, const struct generation *g, const struct children *children,
    const struct statpages *pages, int64_t now)
{
	for (struct child *k = children_first(children); k; k = children_next(children, k))
		look_at(s, g, statpages_slot(pages, children_slot(children, k)), k, now);
	for (size_t i = 0; i < s->n; i++) {
		const struct config_client *c = &g->config->clients[i];
		struct silence_client *k = &s->client[i];

		if (k->silent || !too_long(k, c, now))
			continue;
		k->silent = true;
		event_silent(c->name, (now - k->heard) / 1000);
	}
	s->due = now + s->every;
}
