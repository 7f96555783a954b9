/* merge: see merge.h. */
#include "read/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/processors.h"

#define AHEAD_MAX 16u

/* The packet at the front of a source, with what it is sorted by. */
struct front {
	int64_t time;
	size_t rank;
	struct source *source;
};

struct merger {
	struct source_world *world;
	bool (*paused)(void *of, struct source *s);
	void *of;

	size_t next;                     /* item of the catalog */
	struct source *ahead[AHEAD_MAX]; /* opened, and nothing read from it: items before next */
	size_t nahead;
	unsigned most_ahead; /* as many as there are processors */
	struct front *heap;  /* the earliest is the first */
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

static struct front front_of(struct source *s)
{
	return (struct front){s->stream.head.time_ns, s->rank, s};
}

static bool is_before(const struct front *a, const struct front *b)
{
	return a->time != b->time ? a->time < b->time : a->rank < b->rank;
}

/* The first of all is another one now. */
static void sink_down(struct merger *m, struct front f)
{
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < m->n; i = child) {
		if (child + 1 < m->n && is_before(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!is_before(&m->heap[child], &f))
			break;
		m->heap[i] = m->heap[child];
	}
	m->heap[i] = f;
}

static bool push(struct merger *m, struct source *s)
{
	struct front *v = grow(m->heap, m->n, &m->room, sizeof(*v)), f = front_of(s);
	size_t i = m->n;

	if (!v)
		return false;
	m->heap = v;
	m->n++;
	for (; i > 0 && is_before(&f, &m->heap[(i - 1) / 2]); i = (i - 1) / 2)
		m->heap[i] = m->heap[(i - 1) / 2];
	m->heap[i] = f;
	return true;
}

/* ---- the way of a packet ---- */

/* All of them share the processors. */
static unsigned ahead_of_each(const struct merger *m)
{
	return m->n < m->most_ahead ? m->most_ahead / (m->n > 0 ? (unsigned)m->n : 1) - 1 : 0;
}

/* Whether it stays: there is a packet at the front of it. Else it is gone afterwards. */
static bool advance(struct merger *m, struct source *s)
{
	enum sink_status failed = SINK_OK;
	enum stream_status st = source_next(s, ahead_of_each(m), &failed);

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
	       (m->n == 0 || c->item[item].first <= m->heap[0].time);
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
	struct source *s = m->heap[0].source;

	m->world->reached = m->heap[0].time;
	m->status = stream_take(&s->stream);
	if (m->status != SINK_OK)
		return;
	if (advance(m, s))
		sink_down(m, front_of(s));
	else if (--m->n > 0)
		sink_down(m, m->heap[m->n]);
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
		source_close(m.heap[i].source);
	free(m.heap);
	return m.status;
}
