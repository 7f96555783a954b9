/* interfaces: see interfaces.h. */
#include "read/interfaces.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define ROOM_FIRST 64u

/* FNV-1a */
static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t hash_of_who(const char *who)
{
	return hash(UINT64_C(0xcbf29ce484222325), who, strlen(who));
}

static uint64_t hash_of(const struct interface *i)
{
	uint64_t h = hash_of_who(i->who);

	h = hash(h, &i->link_type, sizeof(i->link_type));
	h = hash(h, &i->snaplen, sizeof(i->snaplen));
	return hash(h, i->options, i->len);
}

static bool is_same(const struct interface *a, const struct interface *b)
{
	return a->link_type == b->link_type && a->snaplen == b->snaplen && a->len == b->len &&
	       strcmp(a->who, b->who) == 0 &&
	       (a->len == 0 || memcmp(a->options, b->options, a->len) == 0);
}

/* ---- both indexes ---- */

static void put(struct interfaces_index *x, uint64_t h, uint32_t number)
{
	size_t i = h & (x->room - 1);

	while (x->slot[i] != 0)
		i = (i + 1) & (x->room - 1);
	x->slot[i] = number + 1;
}

/* Room for one more than n: at most half of it is used. `hash_at` is of what has a number. */
static bool make_room(struct interfaces *s, struct interfaces_index *x, size_t n,
    uint64_t (*hash_at)(const struct interfaces *s, size_t number))
{
	size_t room = x->room ? 2 * x->room : ROOM_FIRST;
	struct interfaces_index more = {.room = room};

	if (2 * (n + 1) <= x->room)
		return true;
	more.slot = calloc(room, sizeof(*more.slot));
	if (!more.slot)
		return false;
	for (size_t i = 0; i < n; i++)
		put(&more, hash_at(s, i), (uint32_t)i);
	free(x->slot);
	*x = more;
	return true;
}

static uint64_t hash_at(const struct interfaces *s, size_t number)
{
	return hash_of(&s->v[number]);
}

static uint64_t hash_at_owner(const struct interfaces *s, size_t number)
{
	return hash_of_who(s->owner[number].who);
}

/* ---- clients ---- */

static struct interfaces_owner *find_owner(const struct interfaces *s, const char *who)
{
	const struct interfaces_index *x = &s->of_owner;

	for (size_t i = hash_of_who(who) & (x->room - 1); x->room > 0 && x->slot[i] != 0;
	     i = (i + 1) & (x->room - 1))
		if (strcmp(s->owner[x->slot[i] - 1].who, who) == 0)
			return &s->owner[x->slot[i] - 1];
	return NULL;
}

static struct interfaces_owner *owner_of(struct interfaces *s, const char *who)
{
	struct interfaces_owner *o = find_owner(s, who);

	if (o)
		return o;
	o = grow(s->owner, s->owners, &s->owner_room, sizeof(*o));
	if (!o)
		return NULL;
	s->owner = o;
	if (!make_room(s, &s->of_owner, s->owners, hash_at_owner))
		return NULL;
	o = &s->owner[s->owners];
	*o = (struct interfaces_owner){.who = strdup(who)};
	if (!o->who)
		return NULL;
	put(&s->of_owner, hash_of_who(who), (uint32_t)s->owners++);
	return o;
}

/* ---- interfaces ---- */

static bool find(const struct interfaces *s, const struct interface *i, uint32_t *number)
{
	const struct interfaces_index *x = &s->of;

	for (size_t k = hash_of(i) & (x->room - 1); x->room > 0 && x->slot[k] != 0;
	     k = (k + 1) & (x->room - 1))
		if (is_same(&s->v[x->slot[k] - 1], i)) {
			*number = x->slot[k] - 1;
			return true;
		}
	return false;
}

enum interfaces_status interfaces_add(
    struct interfaces *s, const struct interface *i, uint32_t *number)
{
	struct interfaces_owner *o;
	struct interface own = *i, *v;
	uint8_t *options;

	if (find(s, i, number))
		return INTERFACES_KNOWN;
	o = owner_of(s, i->who);
	if (o && o->n == INTERFACES_OF_CLIENT)
		return INTERFACES_TOO_MANY;
	v = grow(s->v, s->n, &s->room, sizeof(*v));
	if (v)
		s->v = v;
	if (!o || !v || !make_room(s, &s->of, s->n, hash_at))
		return INTERFACES_NO_MEMORY;
	options = malloc(i->len + 1);
	if (!options)
		return INTERFACES_NO_MEMORY;
	if (i->len > 0)
		memcpy(options, i->options, i->len);
	own.who = o->who;
	own.options = options;
	o->n++;
	put(&s->of, hash_of(&own), (uint32_t)s->n);
	*number = (uint32_t)s->n;
	s->v[s->n++] = own;
	return INTERFACES_NEW;
}

void interfaces_free(struct interfaces *s)
{
	for (size_t i = 0; i < s->n; i++)
		free((void *)(uintptr_t)s->v[i].options);
	for (size_t i = 0; i < s->owners; i++)
		free(s->owner[i].who);
	free(s->v);
	free(s->owner);
	free(s->of.slot);
	free(s->of_owner.slot);
	*s = (struct interfaces){0};
}
