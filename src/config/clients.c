/* clients: see clients.h. */
#include "config/clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct group { /* entries of one family and prefix length */
	uint8_t len, bits;
	size_t first, n;
};

struct clients_table {
	struct admit_entry *entries;
	size_t n;
	struct group groups[33 + 129];
	size_t ngroups;
};

static int by_prefix(const struct addr_net *a, const struct addr_net *b)
{
	if (a->addr.len != b->addr.len)
		return a->addr.len < b->addr.len ? -1 : 1;
	if (a->bits != b->bits)
		return a->bits > b->bits ? -1 : 1;
	return memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes));
}

static int compare(const void *x, const void *y)
{
	const struct admit_entry *a = x, *b = y;
	int c = by_prefix(&a->net, &b->net);

	return c ? c : (a->client > b->client) - (a->client < b->client);
}

struct clients_table *clients_table_new(struct region *r, struct admit_entry *entries, size_t n)
{
	struct clients_table *t = region_alloc(r, sizeof(*t));

	if (!t)
		return NULL;
	t->entries = entries;
	t->n = n;
	qsort(entries, n, sizeof(*entries), compare);
	for (size_t i = 0; i < n; i++) {
		const struct addr_net *net = &entries[i].net;
		struct group *g = t->ngroups ? &t->groups[t->ngroups - 1] : NULL;

		if (!g || g->len != net->addr.len || g->bits != net->bits) {
			g = &t->groups[t->ngroups++];
			*g = (struct group){.len = net->addr.len, .bits = net->bits, .first = i};
		}
		g->n++;
	}
	return t;
}

struct clients_table *clients_table_of(const struct config *c)
{
	struct admit_entry *list;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < c->nclients; i++)
		n += c->clients[i].address.n;
	list = region_array(c->region, n, sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < c->nclients; i++)
		for (size_t j = 0; j < c->clients[i].address.n; j++)
			list[at++] = (struct admit_entry){c->clients[i].address.v[j], (uint32_t)i};
	return clients_table_new(c->region, list, n);
}

/* The first entry of the group that is not below the network. */
static size_t lower_bound(
    const struct clients_table *t, const struct group *g, const struct addr_net *net)
{
	size_t low = g->first, high = g->first + g->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_prefix(&t->entries[mid].net, net) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct admit_entry *admit_find(const struct clients_table *t, const struct addr *a, size_t *n)
{
	for (size_t i = 0; i < t->ngroups; i++) {
		const struct group *g = &t->groups[i];
		struct addr_net net;
		size_t at, end = g->first + g->n, first;

		if (g->len != a->len)
			continue;
		net = addr_mask(a, g->bits);
		first = lower_bound(t, g, &net);
		for (at = first; at < end && by_prefix(&t->entries[at].net, &net) == 0; at++)
			;
		if (at > first) {
			*n = at - first;
			return &t->entries[first];
		}
	}
	*n = 0;
	return NULL;
}

uint64_t admit_per_client(const struct config *c, const struct admit_entry *row, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += c->clients[row[i].client].own_limits.per_client;
	return sum;
}

bool admit_shared(const struct clients_table *t, size_t *from, const struct admit_entry **first,
    const struct admit_entry **second)
{
	for (size_t i = *from + 1; i < t->n; i++)
		if (by_prefix(&t->entries[i - 1].net, &t->entries[i].net) == 0) {
			*first = &t->entries[i - 1];
			*second = &t->entries[i];
			*from = i;
			return true;
		}
	return false;
}

static int by_name(const void *x, const void *y)
{
	const struct config_client *const *a = x, *const *b = y;
	int c = strcmp((*a)->name, (*b)->name);

	return c ? c : (*a > *b) - (*a < *b);
}

const struct config_client **clients_by_name(const struct config *c)
{
	const struct config_client **v = region_array(c->region, c->nclients, sizeof(*v));

	if (!v)
		return NULL;
	for (size_t i = 0; i < c->nclients; i++)
		v[i] = &c->clients[i];
	qsort(v, c->nclients, sizeof(*v), by_name);
	return v;
}

static int is_name(const void *name, const void *client)
{
	return strcmp(name, (*(const struct config_client *const *)client)->name);
}

const struct config_client *config_client(const struct config *c, const char *name)
{
	const struct config_client **found = NULL;

	if (c->nclients > 0)
		found = bsearch(name, c->by_name, c->nclients, sizeof(*c->by_name), is_name);
	return found ? *found : NULL;
}

bool config_is_proxy(const struct config *c, const struct addr *a)
{
	for (size_t i = 0; i < c->server.proxies.n; i++)
		if (addr_net_has(&c->server.proxies.v[i], a))
			return true;
	return false;
}

void config_owner(const struct config *c, const char *stem, char client[CAPNAME_STEM_MAX],
    char address[ADDR_TEXT_MAX])
{
	struct addr a;
	size_t len;

	snprintf(client, CAPNAME_STEM_MAX, "%s", stem);
	address[0] = '\0';
	if (config_client(c, stem))
		return;
	len = capname_stem_parse(stem, &a);
	if (len == 0)
		return;
	client[len] = '\0';
	addr_format(&a, address);
}

const struct addr_net *config_network(const struct config_client *k, const struct addr *peer)
{
	const struct addr_net *best = NULL;

	for (size_t i = 0; i < k->address.n; i++) {
		const struct addr_net *n = &k->address.v[i];

		if (addr_net_has(n, peer) && (!best || n->bits > best->bits))
			best = n;
	}
	return best && !addr_net_single(best) ? best : NULL;
}

bool config_has_network(const struct config_client *k)
{
	for (size_t i = 0; i < k->address.n; i++)
		if (!addr_net_single(&k->address.v[i]))
			return true;
	return false;
}
