/* follow: see follow.h. */
#include "read/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/io.h"
#include "capture/capname.h"
#include "record/capfile.h"

#define LOOK_MS 1000 /* without an event */
#define GAP_MS  20   /* at least, with events */
#define TURN    1000 /* packets of one recording before the next has its turn */

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* ---- recordings that are open ---- */

static bool add_live(struct follow *f, struct source *s)
{
	struct source **v = grow(f->live, f->n, &f->room, sizeof(struct source *));

	if (!v)
		return false;
	f->live = v;
	f->live[f->n++] = s;
	return true;
}

bool follow_paused(void *of, struct source *s)
{
	struct follow *f = of;

	s->paused = true;
	if (add_live(f, s))
		return true;
	source_close(s);
	errno = ENOMEM;
	return false;
}

static void set_in_use(struct follow *f, int fd, bool in_use)
{
	struct known *k = &f->news.known;

	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].fd == fd)
			k->v[i].in_use = in_use;
}

static void end_live(struct follow *f, size_t i)
{
	set_in_use(f, f->live[i]->fd, false);
	source_close(f->live[i]);
	f->live[i] = f->live[--f->n];
}

static void wake(struct source *s)
{
	struct stat st;

	if (!s->paused || fstat(s->fd, &st) < 0)
		return;
	if (!capfile_is_finished(&st) && (uint64_t)st.st_size == s->size)
		return;
	s->size = (uint64_t)st.st_size;
	s->paused = false;
	stream_go_on(&s->stream, capfile_is_finished(&st));
}

/* Its packets that have come; at most a turn of them. False: it has ended. */
static bool take_turn(struct follow *f, size_t i, enum sink_status *status)
{
	struct source *s = f->live[i];

	for (unsigned n = 0; n < TURN && *status == SINK_OK; n++) {
		switch (stream_next(&s->stream, false, status)) {
		case STREAM_PACKET:
			*status = stream_take(&s->stream);
			break;
		case STREAM_PAUSE:
			s->paused = true;
			wake(s); /* it may have grown since */
			return true;
		case STREAM_NOTHING:
		case STREAM_SINK:
			return true;
		case STREAM_END:
			end_live(f, i);
			return false;
		}
	}
	return true;
}

/* All packets of a capture that does not grow. */
static enum sink_status take_all(struct source *s)
{
	enum sink_status status = SINK_OK;

	while (s && status == SINK_OK && source_next(s, 1, &status) == STREAM_PACKET)
		status = stream_take(&s->stream);
	if (s)
		source_close(s);
	return status;
}

/* What is left of a recording that has ended. */
static enum sink_status take_rest(struct source *s)
{
	enum sink_status status = SINK_OK;
	bool told = false;

	for (bool waits = s->paused; status == SINK_OK; waits = false) {
		enum stream_status next =
		    waits ? STREAM_PAUSE : stream_next(&s->stream, true, &status);

		if (next == STREAM_PACKET) {
			status = stream_take(&s->stream);
		} else if (next == STREAM_PAUSE && !told) {
			stream_go_on(&s->stream, true);
			told = true;
		} else {
			break;
		}
	}
	return status;
}

/* ---- what is new ---- */

/* Before what came after it. */
static enum sink_status take_ended(struct follow *f)
{
	enum sink_status status = SINK_OK;
	struct stat st;

	for (size_t i = f->n; i-- > 0 && status == SINK_OK;) {
		if (fstat(f->live[i]->fd, &st) < 0 || !capfile_is_finished(&st))
			continue;
		status = take_rest(f->live[i]);
		end_live(f, i);
	}
	return status;
}

static enum sink_status open_new(struct follow *f, struct known_file *k)
{
	struct source_file file = {.client = k->client,
	    .address = k->address,
	    .path = k->path,
	    .fd = k->fd,
	    .recording = k->recording,
	    .follow = k->recording};
	struct source *s = source_open_file(f->world, &file);

	k->fresh = false;
	if (!s || !k->recording)
		return take_all(s);
	k->in_use = true;
	if (add_live(f, s))
		return SINK_OK;
	source_close(s);
	errno = ENOMEM;
	return SINK_FAILED;
}

/* As they were begun, which their names tell. */
static int by_begin(const void *x, const void *y)
{
	const struct known_file *const *a = x, *const *b = y;
	struct capname p = {0}, q = {0};
	int c;

	capname_parse((*a)->name, &p);
	capname_parse((*b)->name, &q);
	c = strcmp(capname_time(&p), capname_time(&q));
	return c ? c : (p.number > q.number) - (p.number < q.number);
}

static enum sink_status open_fresh(struct follow *f)
{
	struct known *k = &f->news.known;
	struct known_file **fresh = calloc(k->n + 1, sizeof(struct known_file *));
	enum sink_status st = SINK_OK;
	size_t n = 0;

	if (!fresh) {
		errno = ENOMEM;
		return SINK_FAILED;
	}
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].fresh)
			fresh[n++] = &k->v[i];
	qsort(fresh, n, sizeof(struct known_file *), by_begin);
	for (size_t i = 0; i < n && st == SINK_OK; i++)
		st = open_new(f, fresh[i]);
	free(fresh);
	return st;
}

static enum sink_status look(struct follow *f)
{
	enum sink_status st;
	struct news *n = &f->news;

	if (!news_look(n)) {
		errno = ENOMEM;
		return SINK_FAILED;
	}
	st = take_ended(f);
	for (size_t i = 0; i < n->nmissed && st == SINK_OK; i++)
		st = take_all(source_open_archived(f->world, n->missed[i]));
	n->nmissed = 0;
	if (st == SINK_OK)
		st = open_fresh(f);
	f->look_at = io_monotonic_ms() + LOOK_MS;
	return st;
}

/* ---- waiting ---- */

enum {
	EVENTS,
	OUTPUT,
	STREAMS
};

/* False: the reader has left, or a signal has come. */
static bool wait_for(struct follow *f, struct pollfd *p)
{
	int64_t left = f->look_at - io_monotonic_ms();

	p[EVENTS] = (struct pollfd){.fd = f->news.inotify, .events = POLLIN};
	p[OUTPUT] = (struct pollfd){.fd = f->world->sink->fd}; /* errors come unasked */
	for (size_t i = 0; i < f->n; i++)
		p[STREAMS + i] = (struct pollfd){.fd = f->live[i]->stream.process.from,
		    .events = f->live[i]->paused ? 0 : POLLIN};
	if (poll(p, STREAMS + f->n, left > 0 ? (int)left : 0) < 0)
		for (size_t i = 0; i < STREAMS + f->n; i++)
			p[i].revents = 0;
	for (size_t i = 0; i < f->n; i++)
		if (p[STREAMS + i].revents & (POLLHUP | POLLERR))
			f->live[i]->paused = false; /* it has died: its turn tells so */
	return !stopped && !(p[OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL));
}

static enum sink_status take_turns(struct follow *f)
{
	enum sink_status st = SINK_OK;

	for (size_t i = 0; i < f->n && st == SINK_OK;)
		if (f->live[i]->paused || take_turn(f, i, &st))
			i++;
	return st == SINK_OK ? sink_flush(f->world->sink) : st;
}

static enum sink_status run(struct follow *f)
{
	enum sink_status st = SINK_OK;
	struct pollfd *p = NULL;

	while (st == SINK_OK && !stopped) {
		struct pollfd *more = reallocarray(p, f->n + STREAMS, sizeof(*p));

		if (!more) {
			st = SINK_FAILED;
			break;
		}
		p = more;
		if (io_monotonic_ms() >= f->look_at)
			st = look(f);
		for (size_t i = 0; i < f->n; i++)
			wake(f->live[i]);
		if (st == SINK_OK)
			st = take_turns(f);
		if (st != SINK_OK)
			break;
		more = reallocarray(p, f->n + STREAMS, sizeof(*p));
		if (!more || !wait_for(f, p = more))
			break;
		if ((p[EVENTS].revents & POLLIN) && news_have_come(&f->news) &&
		    f->look_at > io_monotonic_ms() + GAP_MS)
			f->look_at = io_monotonic_ms() + GAP_MS;
	}
	free(p);
	return st;
}

/* A second signal kills, so that a reader that takes nothing can be left. One that comes right
 * before the wait is noticed at its end. */
static void take_signals(void)
{
	struct sigaction end = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
}

static bool is_live(const struct follow *f, int fd)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->live[i]->fd == fd)
			return true;
	return false;
}

enum sink_status follow_run(struct follow *f)
{
	if (!news_take_over(&f->news)) {
		errno = ENOMEM;
		return SINK_FAILED;
	}
	for (size_t i = 0; i < f->news.known.n; i++) {
		struct known_file *k = &f->news.known.v[i];

		k->in_use = k->fd >= 0 && is_live(f, k->fd);
	}
	return run(f);
}

/* ---- beginning and end ---- */

void follow_begin(struct follow *f, struct source_world *w, struct patterns *patterns)
{
	*f = (struct follow){.world = w};
	take_signals();
	w->stopped = &stopped;
	news_begin(&f->news, w->catalog, w->range, patterns);
}

void follow_end(struct follow *f)
{
	while (f->n > 0)
		source_close(f->live[--f->n]);
	news_free(&f->news);
	free(f->live);
}
