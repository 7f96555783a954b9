/* lines: see lines.h. */
#include "publish/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static struct line *add(struct lines *l, const char *stem)
{
	struct line *v = grow(l->v, l->n, &l->room, sizeof(*v));

	if (!v)
		return NULL;
	l->v = v;
	v[l->n] = (struct line){.met = true};
	snprintf(v[l->n].stem, sizeof(v[l->n].stem), "%s", stem);
	return &v[l->n++];
}

void lines_look(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		l->v[i].met = false;
}

static bool is_same(const struct line_key *a, const struct line_key *b)
{
	return a->server == b->server && a->started == b->started && a->order == b->order;
}

static struct line *find(const struct lines *l, const struct line_key *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].listed && is_same(&l->v[i].key, key))
			return &l->v[i];
	return NULL;
}

static struct line *unlisted(const struct lines *l, const char *stem)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].listed && strcmp(l->v[i].stem, stem) == 0)
			return &l->v[i];
	return NULL;
}

/* The recording was there before the client's name was: it is the same connection. */
bool lines_listed(struct lines *l, const struct line_key *key, const char *stem, bool *begun)
{
	struct line *k = find(l, key);

	*begun = false;
	if (!k && !(k = unlisted(l, stem))) {
		k = add(l, stem);
		*begun = true;
	}
	if (!k)
		return false;
	k->listed = k->met = true;
	k->key = *key;
	k->gone = false;
	return true;
}

void lines_looked(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct line *k = &l->v[i];

		if (!k->listed || k->met || k->gone)
			continue;
		k->gone = true;
		k->turns = 0;
	}
}

/* What is finished can be of one that is gone. */
bool lines_recording(struct lines *l, const char *stem, bool recording, int64_t now, bool *begun)
{
	struct line *k;

	*begun = false;
	for (size_t i = 0; i < l->n; i++) {
		k = &l->v[i];
		if (strcmp(k->stem, stem) != 0 || (k->gone && recording))
			continue;
		k->quiet_at = now;
		return true;
	}
	k = add(l, stem);
	if (!k)
		return false;
	k->quiet_at = now;
	*begun = true;
	return true;
}

/* One that is gone has had a whole turn in which its last file would have been met. */
static bool has_ended(struct line *k, const struct lines_world *w, int64_t now)
{
	if (k->listed)
		return k->gone && k->turns > 0 && !w->busy(w->of, k->stem);
	if (w->has(w->of, k->stem))
		k->quiet_at = now;
	return now - k->quiet_at >= w->quiet;
}

bool lines_ended(
    struct lines *l, const struct lines_world *w, int64_t now, char out[CAPNAME_STEM_MAX])
{
	for (size_t i = 0; i < l->n; i++) {
		if (!has_ended(&l->v[i], w, now))
			continue;
		memcpy(out, l->v[i].stem, CAPNAME_STEM_MAX);
		l->v[i] = l->v[--l->n];
		return true;
	}
	return false;
}

bool lines_turn(struct lines *l)
{
	bool again = false;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].gone && l->v[i].turns++ == 0)
			again = true;
	return again;
}

void lines_free(struct lines *l)
{
	free(l->v);
	*l = (struct lines){.n = 0};
}
