/* children: see children.h. */
#include "server/children.h"

#include <string.h>

#include "base/pages.h"

bool children_init(struct children *c, unsigned size)
{
	*c = (struct children){.size = size};
	c->slot = pages_new(children_size(c));
	if (!c->slot)
		return false;
	pages_not_for_children(c->slot, children_size(c));
	return true;
}

void children_free(struct children *c)
{
	pages_free(c->slot, children_size(c));
	*c = (struct children){0};
}

size_t children_size(const struct children *c)
{
	return c->size * sizeof(*c->slot);
}

static struct child *used_from(const struct children *c, size_t i)
{
	while (i < c->top && !c->slot[i].used)
		i++;
	return i < c->top ? &c->slot[i] : NULL;
}

struct child *children_first(const struct children *c)
{
	return used_from(c, 0);
}

struct child *children_next(const struct children *c, const struct child *k)
{
	return used_from(c, children_slot(c, k) + 1);
}

size_t children_slot(const struct children *c, const struct child *k)
{
	return (size_t)(k - c->slot);
}

struct child *children_add(struct children *c)
{
	unsigned i = 0;

	while (i < c->top && c->slot[i].used)
		i++;
	if (i == c->size)
		return NULL;
	if (i == c->top)
		c->top++;
	c->slot[i] =
	    (struct child){.used = true, .channel = -1, .door = -1, .order = ++c->next_order};
	c->used++;
	c->unestablished++;
	return &c->slot[i];
}

struct child *children_by_pid(struct children *c, pid_t pid)
{
	for (struct child *k = children_first(c); k; k = children_next(c, k))
		if (k->pid == pid)
			return k;
	return NULL;
}

bool children_establish(struct children *c, struct child *k)
{
	if (k->established)
		return false;
	k->established = true;
	c->unestablished--;
	return true;
}

bool children_drop(struct children *c, struct child *k)
{
	if (!k->used)
		return false;
	c->used--;
	if (!k->established)
		c->unestablished--;
	*k = (struct child){.channel = -1, .door = -1}; /* not 0: that is a descriptor */
	while (c->top > 0 && !c->slot[c->top - 1].used)
		c->top--;
	return true;
}

/* A child without a chosen client counts for every candidate. */
static bool may_be_of(const struct child *k, const char *client, const struct addr *peer)
{
	if (!addr_equal(&k->peer.addr, peer))
		return false;
	return !client || !k->client || strcmp(client, k->client) == 0;
}

bool child_is_of(const struct child *k, const char *client, const struct addr *peer)
{
	return k->used && k->client && may_be_of(k, client, peer);
}

unsigned children_of_peer(const struct children *c, const char *client, const struct addr *peer)
{
	unsigned n = 0;

	for (const struct child *k = children_first(c); k; k = children_next(c, k))
		n += may_be_of(k, client, peer);
	return n;
}
