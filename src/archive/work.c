/* work: see work.h. */
#include "archive/work.h"

#include <stdlib.h>
#include <string.h>

#include "archive/events.h"
#include "archive/fair.h"
#include "archive/settle.h"
#include "archive/space.h"
#include "base/io.h"

/* Columns of packed captures, together: a capture of 1 GB has 40 kB. */
#define COLUMNS_MAX (4u << 20)

/* A packed capture waits so long for others, with which it shares syncs and a commit. */
#define TOGETHER_MS 200

/* And so long one that looks unfinished: a program that copies it, over a network say, writes
 * more of it meanwhile. */
#define GROWING_MS 1000

/* Names that are looked at before the caller has its turn with signals, and with what is ready. */
#define AT_ONE_GO 256

bool work_init(struct work *w, struct depot *depot, const struct config *config,
    struct sources *sources, unsigned at_once)
{
	*w = (struct work){.depot = depot,
	    .config = config,
	    .sources = sources,
	    .at_once = at_once,
	    .room = at_once + WORK_PACKED};
	w->take = calloc(w->room, sizeof(*w->take));
	for (unsigned i = 0; w->take && i < w->room; i++)
		w->take[i].capture = -1;
	return w->take;
}

void work_free(struct work *w)
{
	if (!w->take)
		return;
	work_settle(w);
	for (unsigned i = 0; i < w->room; i++)
		if (take_is_active(&w->take[i]))
			take_end(&w->take[i]);
	free(w->take);
	w->take = NULL;
}

void work_begin(struct work *w)
{
	sources_begin(w->sources);
	w->reading = true;
	w->no_room = false;
}

void work_retry(struct work *w)
{
	trouble_forget(&w->trouble);
}

/* A directory that is read anew still lists what is at work. Another file, or more of the same one,
 * may be behind the name by now. */
static bool is_at_work(struct work *w, int dir, const char *name)
{
	for (unsigned i = 0; i < w->room; i++) {
		struct take *t = &w->take[i];

		if (take_is_active(t) && t->dir == dir && strcmp(t->name, name) == 0) {
			t->met = true;
			return true;
		}
	}
	return false;
}

static struct take *free_take(struct work *w)
{
	for (unsigned i = 0; i < w->room; i++)
		if (!take_is_active(&w->take[i]))
			return &w->take[i];
	return NULL;
}

/* Of those at work: it is what has filled the filesystem. */
static uint64_t largest(const struct work *w)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < w->room; i++)
		if (take_is_active(&w->take[i]) && (uint64_t)w->take[i].st.st_size > most)
			most = (uint64_t)w->take[i].st.st_size;
	return most;
}

/* What it has in work is still there, which may be what has filled the filesystem. True: others
 * that are smaller may have room. */
static bool lacked_room(struct work *w, const struct take *t)
{
	bool full = space_is_full(w->depot);

	if (!full && !take_lacks_room(t))
		return false;
	if ((!t->no_room || full) && !space_stays_full(w->depot) &&
	    room_lacked(&w->trouble.fits, largest(w), io_monotonic_ms()))
		return true;
	w->no_room = true;
	w->reading = false;
	return false;
}

/* Ends a capture that is not at work any more. */
static void conclude(struct work *w, struct take *t, enum take_status st)
{
	if (st == TAKE_DONE) {
		w->archived++;
		trouble_is_over(&w->trouble, t);
		event_archived(t);
		if (t->growing) {
			w->trouble.failed++;
			event_changed(t);
		}
	} else {
		bool others = lacked_room(w, t);

		trouble_failed(&w->trouble, t,
		    others && (uint64_t)t->st.st_size == largest(w) ? TROUBLE_ALONE_MS
								    : TROUBLE_PAUSE_MS);
		if (t->left)
			trouble_left(&w->trouble, t);
	}
	w->missed |= t->met;
	take_end(t);
}

static bool is_full(const struct work *w)
{
	return w->packed >= WORK_PACKED || w->columns >= COLUMNS_MAX;
}

void work_start(struct work *w)
{
	unsigned places = w->at_once + fair_places(w->take, w->room, io_monotonic_ms());

	w->more = false;
	for (unsigned looked = 0; w->reading && w->active < places && !is_full(w); looked++) {
		const struct source *where;
		struct take *t = free_take(w);
		enum take_status st;
		const char *name;

		if (looked == AT_ONE_GO) {
			w->more = true;
			return;
		}
		name = sources_next(w->sources, &where);
		if (!name) {
			w->reading = false;
			return;
		}
		if (!t || is_at_work(w, where->dir, name) ||
		    trouble_is_left(&w->trouble, where->dir, name) ||
		    trouble_is_failing(&w->trouble, where->dir, name) ||
		    (w->active >= w->at_once && fair_waits(w->take, w->room, w->config, name)))
			continue;
		st = take_begin(t, w->depot, w->config, where, name, w->number++);
		if (st == TAKE_WORKING)
			w->active++;
		else if (st == TAKE_FAILED)
			conclude(w, t, st);
		else if (st == TAKE_REFUSED)
			trouble_refused(&w->trouble, t);
	}
}

size_t work_channels(const struct work *w, struct pollfd p[WORK_CHANNELS])
{
	size_t n = 0;

	for (unsigned i = 0; i < w->room; i++)
		if (take_is_active(&w->take[i]) && take_channel(&w->take[i]) >= 0)
			p[n++] = (struct pollfd){.fd = take_channel(&w->take[i]),
			    .events = w->take[i].stalled ? 0 : POLLIN}; /* 0: its end */
	return n;
}

static struct take *take_of(struct work *w, int channel)
{
	for (unsigned i = 0; i < w->room; i++)
		if (take_is_active(&w->take[i]) && take_channel(&w->take[i]) == channel)
			return &w->take[i];
	return NULL;
}

static size_t columns_of(const struct take *t)
{
	return (size_t)t->report.profile_len + t->report.frames_len;
}

static void note_packed(struct work *w, struct take *t)
{
	t->may_grow = take_may_grow(t);
	t->due = io_monotonic_ms() + (t->may_grow ? GROWING_MS : TOGETHER_MS);
	w->packed++;
	w->columns += columns_of(t);
}

void work_go_on(struct work *w, const struct pollfd *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct take *t = p[i].revents ? take_of(w, p[i].fd) : NULL;
		enum take_status st;

		if (t && t->stalled) {
			w->stalled--;
			w->missed |= t->met;
			take_end(t);
			continue;
		}
		st = t ? take_go_on(t) : TAKE_WORKING;
		if (st == TAKE_WORKING)
			continue;
		w->active--;
		if (st == TAKE_PACKED)
			note_packed(w, t);
		else
			conclude(w, t, st);
	}
}

void work_look_after(struct work *w)
{
	int64_t now = io_monotonic_ms();

	for (unsigned i = 0; i < w->room; i++) {
		struct take *t = &w->take[i];

		if (!take_is_active(t) || t->status != TAKE_WORKING || !take_stalls(t, now))
			continue;
		w->active--;
		w->stalled++;
		trouble_failed(&w->trouble, t, TROUBLE_PAUSE_MS);
	}
}

static bool is_packed(const struct take *t)
{
	return take_is_active(t) && t->status == TAKE_PACKED;
}

int64_t work_due(const struct work *w)
{
	bool at_once = is_full(w) || (!w->reading && w->active == 0);
	int64_t due = INT64_MAX;

	for (unsigned i = 0; w->packed > 0 && i < w->room; i++) {
		const struct take *t = &w->take[i];

		if (!is_packed(t))
			continue;
		if (at_once && !t->may_grow)
			return 0;
		if (t->due < due)
			due = t->due;
	}
	return due;
}

void work_settle(struct work *w)
{
	struct take *packed[WORK_PACKED + WORK_MAX] = {NULL};
	int64_t now = io_monotonic_ms();
	size_t n = 0;

	for (unsigned i = 0; i < w->room; i++)
		if (is_packed(&w->take[i]) && (!w->take[i].may_grow || w->take[i].due <= now))
			packed[n++] = &w->take[i];
	settle(packed, n);
	for (size_t i = 0; i < n; i++) {
		w->packed--;
		w->columns -= columns_of(packed[i]);
		conclude(w, packed[i], packed[i]->status);
	}
}

bool work_is_done(const struct work *w)
{
	return !w->reading && w->active == 0 && w->packed == 0;
}
