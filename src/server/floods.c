/* floods: see floods.h. */
#include "server/floods.h"

#include "base/io.h"
#include "server/events.h"
#include "server/generation.h"

/* Lines of one kind. */
#define BURST     20
#define WINDOW_MS 10000

/* Connections of a client in a window: enough for a client that reconnects every second. A network
 * stands for many clients, which all reconnect at once after a failure. */
#define CLIENT_BURST  100
#define NETWORK_BURST 2000

/* Warnings of a client whose connections replace each other. */
#define REPLACED_MS 60000

static const char *const names[FLOODS] = {
    [FLOOD_UNLISTED] = "not in the client list",
    [FLOOD_TLS] = "the key keeper is not running",
    [FLOOD_BUSY] = "too many connections of one client",
    [FLOOD_RESOURCES] = "the system is out of resources",
    [FLOOD_FULL] = "no free slot",
    [FLOOD_PROXY] = "no usable PROXY header",
};

void floods_init(struct floods *f)
{
	for (int i = 0; i < FLOODS; i++)
		f->kind[i] = (struct ratelimit){.burst = BURST, .window_ms = WINDOW_MS};
	f->clients_due = RATELIMIT_NEVER;
}

bool floods_line(struct floods *f, enum flood kind)
{
	return ratelimit_allow(&f->kind[kind], io_monotonic_ms());
}

static void note_due(struct floods *f, const struct ratelimit *r)
{
	if (ratelimit_due(r) < f->clients_due)
		f->clients_due = ratelimit_due(r);
}

bool floods_client(struct floods *f, struct generation *g, const struct admit_entry *candidate,
    size_t candidates, int64_t now)
{
	struct ratelimit *r = &g->floods[candidate->client].lines;
	unsigned burst = addr_net_single(&candidate->net) ? CLIENT_BURST : NETWORK_BURST;

	r->burst = burst * (unsigned)candidates;
	r->window_ms = WINDOW_MS;
	if (ratelimit_allow(r, now))
		return true;
	note_due(f, r);
	return false;
}

bool floods_replaced(struct generation *g, const char *client, int64_t now)
{
	const struct config_client *k = config_client(g->config, client);
	struct ratelimit *r = k ? &g->floods[k - g->config->clients].replaced : NULL;

	if (!r)
		return false;
	r->burst = 1;
	r->window_ms = REPLACED_MS;
	return ratelimit_allow(r, now);
}

/* Goes through all clients, so it is called only when a summary of one of them is due. */
static void client_summaries(struct floods *f, struct generation *g, int64_t now)
{
	f->clients_due = RATELIMIT_NEVER;
	for (size_t i = 0; i < g->config->nclients; i++) {
		uint64_t n = ratelimit_summary(&g->floods[i].lines, now);

		if (n > 0)
			event_suppressed_client(g->config->clients[i].name, n);
		note_due(f, &g->floods[i].lines);
	}
}

void floods_summaries(struct floods *f, struct generation *g, int64_t now)
{
	for (int i = 0; i < FLOODS; i++) {
		uint64_t n = ratelimit_summary(&f->kind[i], now);

		if (n > 0)
			event_suppressed_lines(n, names[i]);
	}
	if (f->clients_due <= now && f->clients_due != RATELIMIT_NEVER)
		client_summaries(f, g, now);
}

int64_t floods_due(const struct floods *f)
{
	int64_t first = f->clients_due;

	for (int i = 0; i < FLOODS; i++)
		if (ratelimit_due(&f->kind[i]) < first)
			first = ratelimit_due(&f->kind[i]);
	return first;
}
