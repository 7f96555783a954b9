/* follow: see follow.h. */
#include "read/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/io.h"
#include "read/places.h"
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
	for (size_t i = 0; i < f->known.n; i++)
		if (f->known.v[i].fd == fd)
			f->known.v[i].in_use = in_use;
}

static void end_live(struct follow *f, size_t i)
{
	set_in_use(f, f->live[i]->fd, false);
	source_close(f->live[i]);
	f->live[i] = f->live[--f->n];
}

/* Its mark goes last: then all of it has been written. A file that nobody can find any more gets
 * nothing more either. */
static bool is_finished(const struct stat *st)
{
	return !(st->st_mode & CAPFILE_MARK) || st->st_nlink == 0;
}

static void wake(struct source *s)
{
	struct stat st;

	if (!s->paused || fstat(s->fd, &st) < 0)
		return;
	if (!is_finished(&st) && (uint64_t)st.st_size == s->size)
		return;
	s->size = (uint64_t)st.st_size;
	s->paused = false;
	stream_go_on(&s->stream, is_finished(&st));
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

	while (s && status == SINK_OK && stream_next(&s->stream, true, &status) == STREAM_PACKET)
		status = stream_take(&s->stream);
	if (s)
		source_close(s);
	return status;
}

/* ---- what is new in the directories ---- */

static bool is_known(void *of, dev_t dev, ino_t ino, const char *name)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];
	struct follow *f = of;
	struct known_file *k = known_find(&f->known, dev, ino);
	struct capname parts;

	if (k)
		k->present = true;
	if (k || !capname_parse(name, &parts))
		return true;
	config_owner(f->world->catalog->config, parts.stem, client, address);
	return !pattern_match(f->patterns, client, address);
}

static bool take_new(void *of, const struct place_file *p)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX], path[PATH_MAX];
	struct follow *f = of;
	struct known_file *k = known_find(&f->known, p->st.st_dev, p->st.st_ino);

	if (k) { /* the listing has other numbers than the files */
		k->present = true;
		close(p->fd);
		return true;
	}
	config_owner(f->world->catalog->config, p->parts.stem, client, address);
	snprintf(path, sizeof(path), "%s/%s", p->directory, p->name);
	k = known_add(&f->known, &p->st, p->fd, client, address, p->name, path);
	if (!k) {
		f->no_memory = true;
		return false;
	}
	k->recording = p->recording;
	k->fresh = true;
	return true;
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

/* ---- what is new in the index ---- */

static bool may_have(const struct catalog_range *r, const struct store_row *row)
{
	return r->all || (row->timed && row->first <= r->to && row->last >= r->from);
}

static bool add_missed(struct follow *f, int64_t id)
{
	int64_t *v = grow(f->missed, f->nmissed, &f->missed_room, sizeof(*v));

	if (!v)
		return false;
	f->missed = v;
	f->missed[f->nmissed++] = id;
	return true;
}

/* What was never met on its way goes to f->missed. */
static bool look_into_index(struct follow *f)
{
	struct catalog *c = f->world->catalog;
	struct store_row row;
	bool ok = true;

	if (!c->store && !catalog_open_index(c))
		return false;
	if (!c->store)
		return true;
	while (ok && store_next(c->store, f->last, &row)) {
		f->last = row.id;
		if (!pattern_match(f->patterns, row.client, row.address) ||
		    known_match(&f->known, &row) || !may_have(f->world->range, &row))
			continue;
		ok = add_missed(f, row.id);
		f->no_memory = !ok;
	}
	if (*store_reason(c->store))
		tell_error(c->tell, "%s", store_reason(c->store));
	return ok && !*store_reason(c->store);
}

/* ---- a look ---- */

/* In the order in which captures move. What is forgotten had been matched in the index before, or
 * was removed by somebody. */
static bool look_around(struct follow *f)
{
	struct places_visitor v = {.is_known = is_known, .take = take_new, .of = f};
	struct tell *tell = f->world->catalog->tell;
	bool whole;

	for (size_t i = 0; i < f->known.n; i++)
		f->known.v[i].present = false;
	tell->muted = f->failed; /* it is told once, not each second */
	whole = places_look(f->world->catalog->config, tell, &v);
	if (!f->no_memory)
		whole &= look_into_index(f);
	tell->muted = false;
	f->failed = !whole;
	if (whole)
		known_forget(&f->known);
	return !f->no_memory;
}

static enum sink_status look(struct follow *f)
{
	enum sink_status st = SINK_OK;

	if (!look_around(f)) {
		errno = ENOMEM;
		return SINK_FAILED;
	}
	for (size_t i = 0; i < f->nmissed && st == SINK_OK; i++)
		st = take_all(source_open_archived(f->world, f->missed[i]));
	f->nmissed = 0;
	for (size_t i = 0; i < f->known.n && st == SINK_OK; i++)
		if (f->known.v[i].fresh)
			st = open_new(f, &f->known.v[i]);
	f->look_at = io_monotonic_ms() + LOOK_MS;
	return st;
}

/* Events are taken. Whether one of them was more than that a file has grown. */
static bool has_news(struct follow *f)
{
	_Alignas(struct inotify_event) char buf[16384];
	bool news = false;
	ssize_t len;

	while ((len = read(f->inotify, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *e = (const void *)(buf + at);

			news |= !(e->mask & IN_MODIFY);
			at += (ssize_t)sizeof(*e) + e->len;
		}
	return news;
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

	p[EVENTS] = (struct pollfd){.fd = f->inotify, .events = POLLIN};
	p[OUTPUT] = (struct pollfd){.fd = f->world->sink->fd}; /* errors come unasked */
	for (size_t i = 0; i < f->n; i++)
		p[STREAMS + i] =
		    (struct pollfd){.fd = f->live[i]->paused ? -1 : f->live[i]->stream.process.from,
			.events = POLLIN};
	if (poll(p, STREAMS + f->n, left > 0 ? (int)left : 0) < 0)
		for (size_t i = 0; i < STREAMS + f->n; i++)
			p[i].revents = 0;
	return !stopped && !(p[OUTPUT].revents & (POLLERR | POLLNVAL));
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

	while (st == SINK_OK) {
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
		if ((p[EVENTS].revents & POLLIN) && has_news(f) &&
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

/* The catalog's files, those that are left out as well. */
static bool take_over(struct follow *f, struct catalog *c)
{
	for (size_t i = 0; i < c->nloose; i++) {
		struct loose *l = &c->loose[i];
		struct known_file *k =
		    known_add(&f->known, &l->st, l->fd, l->client, l->address, l->name, l->path);

		l->fd = -1; /* whether it was taken, or closed */
		if (!k) {
			errno = ENOMEM;
			return false;
		}
		k->recording = l->recording;
		k->archived = l->archived;
		k->in_use = is_live(f, k->fd);
	}
	return true;
}

enum sink_status follow_run(struct follow *f)
{
	take_signals();
	return take_over(f, f->world->catalog) ? run(f) : SINK_FAILED;
}

/* ---- beginning and end ---- */

static void watch(struct follow *f, const struct config_storage *s)
{
	const uint32_t events = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | IN_ONLYDIR;

	inotify_add_watch(f->inotify, s->base_path, events);
	if (s->completed_path)
		inotify_add_watch(f->inotify, s->completed_path, events);
}

void follow_begin(struct follow *f, struct source_world *w, struct patterns *patterns)
{
	const struct config *c = w->catalog->config;

	*f = (struct follow){.world = w,
	    .patterns = patterns,
	    .last = w->catalog->last_id,
	    .inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	if (f->inotify < 0)
		return; /* looks have to do */
	watch(f, &c->storage);
	for (size_t i = 0; i < c->nclients; i++)
		watch(f, &c->clients[i].storage);
}

void follow_end(struct follow *f)
{
	while (f->n > 0)
		source_close(f->live[--f->n]);
	known_free(&f->known);
	free(f->live);
	free(f->missed);
	if (f->inotify >= 0)
		close(f->inotify);
}
