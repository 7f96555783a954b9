/* source: see source.h. */
#include "read/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "capture/linktype.h"
#include "daemon/pipes.h"
#include "filter/compile.h"

/* ---- the filter ---- */

static void compile(struct source_world *w, struct filter_program *f, uint16_t link_type)
{
	const char *name = linktype_name(link_type);
	char why[FILTER_WHY_MAX], number[16];

	if (filter_compile(f, w->filters.expression, link_type, false, why))
		return;
	snprintf(number, sizeof(number), "%u", link_type);
	tell_note(w->tell,
	    "the filter means nothing for link type %s, none of its packets is taken: %s",
	    name ? name : number, why);
}

/* It is in the process that asks from then on. */
static void answer(void *of, int to, uint16_t link_type)
{
	static const struct filter_program none;
	const struct filter_program *f;
	struct filter_program *fresh;
	struct source_world *w = of;
	uint32_t n;

	f = w->filters.expression ? filters_find(&w->filters, link_type) : &none;
	if (!f && (fresh = filters_add(&w->filters, link_type))) {
		compile(w, fresh, link_type);
		f = fresh;
	}
	f = f ? f : &none;
	n = (uint32_t)f->n;
	if (pipes_write(to, &n, sizeof(n)))
		pipes_write(to, f->step, f->n * sizeof(*f->step));
}

static void prepare_filters(struct source_world *w, const void *link_types, size_t len)
{
	const uint8_t *p = link_types;

	for (size_t i = 0; w->filters.expression && i + 1 < len; i += 2) {
		uint16_t link_type = bytes_load16(p + i, false);
		struct filter_program *f = NULL;

		if (!filters_find(&w->filters, link_type))
			f = filters_add(&w->filters, link_type);
		if (f)
			compile(w, f, link_type);
	}
}

static void trouble(void *of, const char *path, uint64_t offset, uint32_t packets, const char *why)
{
	struct source_world *w = of;

	tell_damage(w->tell, path, offset, packets, why);
}

bool source_world_init(struct source_world *w, struct catalog *c, const struct catalog_range *r,
    const char *filter, struct sink *sink, struct tell *tell)
{
	*w = (struct source_world){.catalog = c,
	    .range = r,
	    .sink = sink,
	    .tell = tell,
	    .ops = {.answer = answer, .trouble = trouble, .of = w}};
	return filters_init(&w->filters, filter);
}

static void call_tick(void *of)
{
	struct source_world *w = of;

	w->tick(w);
}

void source_world_tick(struct source_world *w, void (*tick)(struct source_world *w), void *ticker)
{
	w->tick = tick;
	w->ticker = ticker;
	w->ops.tick = (struct pipes_tick){call_tick, w};
}

void source_world_free(struct source_world *w)
{
	filters_free(&w->filters);
}

/* ---- opening ---- */

static void free_source(struct source *s)
{
	parts_free(s->parts);
	free(s->who);
	free(s->path);
	free(s);
}

static struct source *new_source(const char *client, const char *address, const char *path)
{
	struct source *s = calloc(1, sizeof(*s));
	char who[PATTERN_WHO_MAX];

	if (!s)
		return NULL;
	s->who = strdup(pattern_who(client, address, who));
	s->path = strdup(path);
	s->fd = s->stream.growing = -1;
	s->stream.who = s->who;
	s->stream.path = s->path;
	if (s->who && s->path)
		return s;
	free_source(s);
	return NULL;
}

static struct source *start(
    struct source_world *w, struct source *s, int fd, struct extract_task *task, bool in_parts)
{
	task->filters = &w->filters;
	task->everything = w->range->all;
	task->from = w->range->from;
	task->to = w->range->to;
	s->stream.ops = &w->ops;
	s->stream.sink = w->sink;
	s->stream.goes_on = w->range->follow;
	if (in_parts)
		s->parts = parts_new(&s->stream, fd, task);
	if (s->parts ? parts_open(s->parts, &s->stream) : stream_open(&s->stream, fd, task))
		return s;
	tell_error(w->tell, "%s: no process can be started: %s", s->path, strerror(errno));
	free_source(s);
	return NULL;
}

/* Those of a recording that ends are all, unless there are more than the index keeps. */
static void know_link_types(struct source *s, const struct store_row *r)
{
	struct piece_state *told = &s->stream.told;
	size_t n = r->link_types_len / 2;

	_Static_assert(PIECE_LINK_TYPES == SUMMARY_LINK_TYPES, "room for all of the index");
	for (size_t i = 0; i < n && n < PIECE_LINK_TYPES; i++)
		told->link_type[told->link_types++] =
		    bytes_load16((const uint8_t *)r->link_types + 2 * i, false);
}

/* Without a filter it is copying the packets that takes the time, which one process does alone.
 * What is wrong with a capture is counted, and told once, by one process; and what has more link
 * types than the index keeps asks for filters again and again. */
static bool may_have_parts(const struct source_world *w, const struct store_row *r)
{
	return w->filters.expression && r->damaged == 0 && !r->broken &&
	       r->link_types_len / 2 < SUMMARY_LINK_TYPES;
}

static struct source *open_row(struct source_world *w, const struct store_row *r, const char *path)
{
	struct extract_task task = {.archived = true,
	    .compressed = r->compressed,
	    .column = r->frames,
	    .column_len = r->frames_len};
	int fd = openat(w->catalog->index.archive, r->path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct source *s = fd < 0 ? NULL : new_source(r->client, r->address, path);

	if (!s)
		tell_error(w->tell, "%s: %s", path, strerror(errno));
	else if (r->broken && !w->range->all && w->range->to >= r->last)
		tell_damage(w->tell, path, r->whole, 0, r->why); /* no frame leads there */
	if (s) {
		prepare_filters(w, r->link_types, r->link_types_len);
		s->stream.told.bytes = r->bytes;
		know_link_types(s, r);
		s = start(w, s, fd, &task, may_have_parts(w, r));
	}
	if (fd >= 0)
		close(fd);
	return s;
}

struct source *source_open_archived(struct source_world *w, int64_t id)
{
	struct catalog *c = w->catalog;
	struct source *s = NULL;
	struct store_row row;
	char *path;

	if (!store_get(c->index.store, id, true, &row)) {
		tell_error(w->tell, "%s",
		    *store_reason(c->index.store)
			? store_reason(c->index.store)
			: "a file was deleted from the archive meanwhile");
		return NULL;
	}
	if (asprintf(&path, "%s/%s", c->config->archive.path, row.path) < 0) {
		tell_error(w->tell, "%s", strerror(ENOMEM));
		return NULL;
	}
	s = open_row(w, &row, path);
	free(path);
	return s;
}

struct source *source_open_file(struct source_world *w, const struct source_file *f)
{
	struct source *s = new_source(f->client, f->address, f->path);
	struct extract_task task = {
	    .recording = f->recording, .follow = f->follow, .skip = f->skip};
	struct stat st = {0};

	if (!s || fstat(f->fd, &st) < 0) {
		tell_error(w->tell, "%s: %s", f->path, strerror(errno));
		if (s)
			free_source(s);
		return NULL;
	}
	s->fd = s->stream.growing = f->follow ? f->fd : -1;
	s->stream.told.bytes = (uint64_t)st.st_size;
	task.end = f->follow ? UINT64_MAX : s->stream.told.bytes;
	return start(w, s, f->fd, &task, false);
}

/* Follow: it is borrowed and stays open. */
struct source *source_open_loose(struct source_world *w, struct loose *l, bool follow)
{
	struct source_file f = {.client = l->client,
	    .address = l->address,
	    .path = l->path,
	    .recording = l->recording,
	    .follow = l->recording && follow,
	    .skip = w->range->only_recordings ? (uint64_t)l->st.st_size : 0};
	struct source *s;
	int64_t id;

	if (!loose_open(l)) {
		id = errno == ENOENT ? catalog_moved_to(w->catalog, l) : 0;
		if (id > 0)
			return source_open_archived(w, id);
		tell_error(w->tell, "%s: %s", l->path, strerror(errno));
		return NULL;
	}
	f.fd = l->fd;
	s = source_open_file(w, &f);
	if (!follow)
		l->moves = false;
	loose_rest(l);
	return s;
}

void source_close(struct source *s)
{
	stream_close(&s->stream);
	free_source(s);
}

enum stream_status source_next(struct source *s, unsigned ahead, enum sink_status *failed)
{
	enum stream_status st;

	do {
		if (s->parts)
			parts_work_ahead(s->parts, ahead);
		st = stream_next(&s->stream, true, failed);
	} while (st == STREAM_END && s->parts && parts_next(s->parts, &s->stream));
	return st;
}
