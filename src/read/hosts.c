/* hosts: see hosts.h. */
#include "read/hosts.h"

#include <stdlib.h>
#include <string.h>

struct finder {
	struct hosts *h;
	const struct config_client *client;
	struct patterns *patterns;
	bool no_memory;
};

/* Whether the client is still a network, and the address in it. */
static bool is_host_of(const struct config_client *k, const char *address)
{
	struct addr a;

	return k && k->store && addr_parse(address, &a) && config_network(k, &a);
}

static bool add(struct finder *f, const char *address)
{
	struct hosts *h = f->h;
	struct host *v;

	if (!is_host_of(f->client, address) ||
	    !pattern_match(f->patterns, f->client->name, address))
		return true;
	v = region_grow(h->region, h->v, h->n, sizeof(*v));
	f->no_memory = !v || !(address = region_text(h->region, address, strlen(address)));
	if (f->no_memory)
		return false;
	h->v = v;
	h->v[h->n++] = (struct host){f->client->name, address};
	return true;
}

static bool take(void *of, const char *address)
{
	return add(of, address);
}

static bool find_archived(struct finder *f, const struct config *config, struct store *store)
{
	struct store_client k = {.id = 0};

	while (store_next_client(store, k.id, &k)) {
		f->client = config_client(config, k.client);
		if (f->client && config_has_network(f->client) &&
		    pattern_may_match(f->patterns, f->client->name) &&
		    (!store_hosts(store, k.id, take, f) || f->no_memory))
			return false;
	}
	return !*store_reason(store);
}

static bool find_loose(struct finder *f, const struct config *config, const struct looses *loose)
{
	for (size_t i = 0; i < loose->n; i++) {
		const struct loose *l = &loose->v[i];

		/* they come a directory after the other, often many of one host */
		if (!*l->address || (i > 0 && strcmp(l[-1].address, l->address) == 0 &&
					strcmp(l[-1].client, l->client) == 0))
			continue;
		f->client = config_client(config, l->client);
		if (!add(f, l->address))
			return false;
	}
	return true;
}

static int by_name(const void *x, const void *y)
{
	const struct host *a = x, *b = y;
	int c = strcmp(a->client, b->client);

	return c ? c : strcmp(a->address, b->address);
}

bool hosts_find(struct hosts *h, const struct config *config, const struct looses *loose,
    struct store *store, struct patterns *patterns)
{
	struct finder f = {.h = h, .patterns = patterns};
	size_t n = 0;

	if (!find_loose(&f, config, loose) || (store && !find_archived(&f, config, store)))
		return false;
	if (h->n > 0)
		qsort(h->v, h->n, sizeof(*h->v), by_name);
	for (size_t i = 0; i < h->n; i++)
		if (n == 0 || by_name(&h->v[n - 1], &h->v[i]) != 0)
			h->v[n++] = h->v[i];
	h->n = n;
	return true;
}

/* ---- what the patterns mean ---- */

struct noter {
	struct patterns *patterns;
	const char *client;
};

static bool note(void *of, const char *address)
{
	struct noter *n = of;

	pattern_match(n->patterns, n->client, address);
	return true;
}

bool hosts_note(struct store *store, struct patterns *patterns)
{
	struct store_client k = {.id = 0};
	char client[CAPNAME_STEM_MAX];
	struct noter n = {.patterns = patterns, .client = client};

	while (store_next_client(store, k.id, &k)) {
		if (!pattern_may_match(patterns, k.client))
			continue;
		/* the row ends with the next statement */
		if ((size_t)snprintf(client, sizeof(client), "%s", k.client) < sizeof(client) &&
		    !store_hosts(store, k.id, note, &n))
			return false;
	}
	return !*store_reason(store);
}
