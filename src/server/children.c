/* children: see children.h. */
#include "server/children.h"

#include <string.h>

#include "base/pages.h"

bool children_init(struct children *c, unsigned size)
{
	*c = (struct children){0};
	return children_grow(c, size);
}

bool children_grow(struct children *c, unsigned size)
{
	struct child *slot;

	if (size <= c->size)
		return true;
	/* Slots that were never used are not touched: they take no memory, and no time at a fork.
	 */
	slot = pages_new(size * sizeof(*slot));
	if (!slot)
		return false;
	pages_not_for_children(slot, size * sizeof(*slot));
	if (c->size > 0)
		memcpy(slot, c->slot, c->size * sizeof(*slot));
	pages_free(c->slot, c->size * sizeof(*slot));
	c->slot = slot;
	c->size = size;
	return true;
}

void children_free(struct children *c)
{
	pages_free(c->slot, c->size * sizeof(*c->slot));
	*c = (struct children){0};
}

struct child *children_add(struct children *c)
{
	for (unsigned i = 0; i < c->size; i++) {
		struct child *k = &c->slot[i];

		if (k->used)
			continue;
		*k = (struct child){.used = true, .channel = -1, .order = ++c->next_order};
		c->used++;
		c->unestablished++;
		return k;
	}
	return NULL;
}

struct child *children_by_pid(struct children *c, pid_t pid)
{
	for (unsigned i = 0, seen = 0; i < c->size && seen < c->used; i++) {
		if (c->slot[i].used && c->slot[i].pid == pid)
			return &c->slot[i];
		seen += c->slot[i].used;
	}
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
	*k = (struct child){.channel = -1}; /* not 0: that is a descriptor */
	return true;
}

/* Whoever has still to say who he is may be anybody. */
static bool may_be_of(const struct child *k, const char *client, const struct addr *peer)
{
	if (!k->used || !addr_equal(&k->peer, peer))
		return false;
	return !client || !k->client || strcmp(client, k->client) == 0;
}

bool child_is_of(const struct child *k, const char *client, const struct addr *peer)
{
	return k->client && may_be_of(k, client, peer);
}

unsigned children_of_peer(const struct children *c, const char *client, const struct addr *peer)
{
	unsigned n = 0;

	/* free slots behind the last used one, thousands of them, cost nothing */
	for (unsigned i = 0, seen = 0; i < c->size && seen < c->used; i++) {
		n += may_be_of(&c->slot[i], client, peer);
		seen += c->slot[i].used;
	}
	return n;
}
