/* merge: see merge.h. */
#include "read/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/processors.h"

#define AHEAD_MAX 16u

struct merger {
	struct source_world *world;
	bool (*paused)(void *of, struct source *s);
	void *of;

	size_t next;                     /* item of the catalog */
	struct source *ahead[AHEAD_MAX]; /* opened, and nothing read from it: items before next */
	size_t nahead, most_ahead;
	struct source **heap; /* the packet at the front of each; the earliest is the first */
	size_t n, room;
	enum sink_status status;
};

/* ---- opening ---- */

static struct source *open_item(struct merger *m, const struct catalog_item *item)
{
	if (item->id)
		return source_open_archived(m->world, item->id);
	return source_open_loose(
	    m->world, &m->world->catalog->loose.v[item->loose], m->paused != NULL);
}

/* The next item goes to the end of those ahead. */
static void open_next(struct merger *m)
{
	struct source *s = open_item(m, &m->world->catalog->item[m->next++]);

	if (!s)
		return;
	s->rank = m->next;
	m->ahead[m->nahead++] = s;
}

/* ---- the heap ---- */

static bool is_before(const struct source *a, const struct source *b)
{
	int64_t x = a->stream.head.time_ns, y = b->stream.head.time_ns;

	return x != y ? x < y : a->rank < b->rank;
}

static void sink_down(struct merger *m, size_t i)
{
	struct source *s = m->heap[i];
	size_t child;

	for (; (child = 2 * i + 1) < m->n; i = child) {
		if (child + 1 < m->n && is_before(m->heap[child + 1], m->heap[child]))
			child++;
		if (!is_before(m->heap[child], s))
			break;
		m->heap[i] = m->heap[child];
	}
	m->heap[i] = s;
}

static bool push(struct merger *m, struct source *s)
{
	struct source **v = grow(m->heap, m->n, &m->room, sizeof(struct source *));
	size_t i = m->n;

	if (!v)
		return false;
	m->heap = v;
	m->n++;
	for (; i > 0 && is_before(s, m->heap[(i - 1) / 2]); i = (i - 1) / 2)
		m->heap[i] = m->heap[(i - 1) / 2];
	m->heap[i] = s;
	return true;
}

/* ---- the way of a packet ---- */

/* Whether it stays: there is a packet at the front of it. Else it is gone afterwards. */
static bool advance(struct merger *m, struct source *s)
{
	enum sink_status failed = SINK_OK;
	enum stream_status st = stream_next(&s->stream, true, &failed);

	if (st == STREAM_PACKET)
		return true;
	if (st == STREAM_SINK)
		m->status = failed;
	if (st != STREAM_PAUSE)
		source_close(s);
	else if (!m->paused(m->of, s))
		m->status = SINK_FAILED;
	return false;
}

/* The first of those ahead is needed now. */
static void prime(struct merger *m)
{
	struct source *s = m->ahead[0];

	if (m->n == 0)
		m->world->reached = m->world->catalog->item[s->rank - 1].first;
	memmove(m->ahead, m->ahead + 1, --m->nahead * sizeof(struct source *));
	if (!advance(m, s) || push(m, s))
		return;
	m->status = SINK_FAILED;
	source_close(s);
}

/* Whether the next capture may have a packet that is earlier than all at the fronts. */
static bool is_due(const struct merger *m)
{
	const struct catalog *c = m->world->catalog;
	size_t item = m->nahead > 0 ? m->ahead[0]->rank - 1 : m->next;

	return (m->nahead > 0 || m->next < c->n) &&
	       (m->n == 0 || c->item[item].first <= m->heap[0]->stream.head.time_ns);
}

static void bring(struct merger *m)
{
	while (m->nahead < m->most_ahead && m->next < m->world->catalog->n)
		open_next(m);
	if (m->nahead > 0)
		prime(m);
}

static void take_first(struct merger *m)
{
	struct source *s = m->heap[0];

	m->world->reached = s->stream.head.time_ns;
	m->status = stream_take(&s->stream);
	if (m->status != SINK_OK)
		return;
	if (advance(m, s)) {
		sink_down(m, 0);
		return;
	}
	m->heap[0] = m->heap[--m->n];
	if (m->n > 0)
		sink_down(m, 0);
}

enum sink_status merge(struct source_world *w, bool (*paused)(void *of, struct source *s), void *of)
{
	struct merger m = {.world = w,
	    .paused = paused,
	    .of = of,
	    .status = SINK_OK,
	    .most_ahead = processors_online(AHEAD_MAX)};

	while (m.status == SINK_OK && (is_due(&m) || m.n > 0) && !(w->stopped && *w->stopped)) {
		if (is_due(&m))
			bring(&m);
		else
			take_first(&m);
	}
	for (size_t i = 0; i < m.nahead; i++)
		source_close(m.ahead[i]);
	for (size_t i = 0; i < m.n; i++)
		source_close(m.heap[i]);
	free(m.heap);
	return m.status;
}
