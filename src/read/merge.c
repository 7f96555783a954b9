/* merge: see merge.h. */
#include "read/merge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/io.h"
#include "capture/linktype.h"
#include "read/stream.h"

#define AHEAD_MAX 16u

/* A capture that is open. */
struct source {
	struct stream stream;
	size_t rank; /* of two packets of one time the lower rank's is first */
	char *who, *path;
};

struct merger {
	const struct merge_task *task;
	struct tell *tell;
	struct sink sink;
	struct filters filters;
	struct stream_ops ops;

	size_t next;                     /* item of the catalog */
	struct source *ahead[AHEAD_MAX]; /* opened, and nothing read from it: items before next */
	size_t nahead, most_ahead;
	struct source **heap; /* the packet at the front of each; the earliest is the first */
	size_t n, room;
	bool stopped;
};

/* ---- the filter ---- */

static void compile(struct merger *m, struct filter_program *f, uint16_t link_type)
{
	const char *name = linktype_name(link_type);
	char why[FILTER_WHY_MAX], number[16];

	if (filter_compile(f, m->filters.expression, link_type, why))
		return;
	snprintf(number, sizeof(number), "%u", link_type);
	tell_note(m->tell,
	    "the filter means nothing for link type %s, none of its packets is taken: %s",
	    name ? name : number, why);
}

/* It is in the process that asks from then on. */
static void answer(void *of, int to, uint16_t link_type)
{
	static const struct filter_program none;
	const struct filter_program *f;
	struct filter_program *fresh;
	struct merger *m = of;
	uint32_t n;

	f = filters_find(&m->filters, link_type);
	if (!f && (fresh = filters_add(&m->filters, link_type))) {
		compile(m, fresh, link_type);
		f = fresh;
	}
	f = f ? f : &none;
	n = (uint32_t)f->n;
	if (io_write_all(to, &n, sizeof(n)))
		io_write_all(to, f->step, f->n * sizeof(*f->step));
}

static void prepare_filters(struct merger *m, const void *link_types, size_t len)
{
	const uint8_t *p = link_types;

	for (size_t i = 0; m->filters.expression && i + 1 < len; i += 2) {
		uint16_t link_type = bytes_load16(p + i, false);
		struct filter_program *f = NULL;

		if (!filters_find(&m->filters, link_type))
			f = filters_add(&m->filters, link_type);
		if (f)
			compile(m, f, link_type);
	}
}

/* ---- what went wrong ---- */

static void trouble(void *of, const char *path, uint64_t offset, uint32_t packets, const char *why)
{
	struct merger *m = of;

	tell_damage(m->tell, path, offset, packets, why);
}

static void stop(struct merger *m, enum sink_status st)
{
	m->stopped = true;
	if (st == SINK_LINK_TYPES)
		tell_error(
		    m->tell, "packets of several link types do not fit into pcap: use pcapng");
	else if (st == SINK_INTERFACES)
		tell_error(m->tell, "there are too many interfaces");
	else if (errno != EPIPE)
		tell_error(m->tell, "%s: %s", m->task->name, strerror(errno));
}

/* ---- opening ---- */

static struct source *new_source(const char *client, const char *address, const char *path)
{
	struct source *s = calloc(1, sizeof(*s));
	char who[PATTERN_WHO_MAX];

	if (!s)
		return NULL;
	s->who = strdup(pattern_who(client, address, who));
	s->path = strdup(path);
	s->stream.who = s->who;
	s->stream.path = s->path;
	return s;
}

static void free_source(struct source *s)
{
	free(s->who);
	free(s->path);
	free(s);
}

static struct source *start(struct merger *m, struct source *s, int fd, struct extract_task *task)
{
	const struct catalog_range *r = m->task->range;

	task->filters = &m->filters;
	task->everything = r->all;
	task->from = r->from;
	task->to = r->to;
	s->stream.ops = &m->ops;
	s->stream.sink = &m->sink;
	if (s->who && s->path && stream_open(&s->stream, fd, task))
		return s;
	tell_error(
	    m->tell, "%s: no process can be started: %s", s->path ? s->path : "", strerror(errno));
	free_source(s);
	return NULL;
}

static struct source *open_archived(struct merger *m, int64_t id)
{
	struct catalog *c = m->task->catalog;
	struct extract_task task = {.archived = true};
	struct store_row row;
	struct source *s;
	char *path;
	int fd;

	if (!store_get(c->store, id, &row)) {
		tell_error(m->tell, "%s",
		    *store_reason(c->store) ? store_reason(c->store)
					    : "a file was deleted from the archive meanwhile");
		return NULL;
	}
	if (asprintf(&path, "%s/%s", c->config->archive.path, row.path) < 0)
		return NULL;
	fd =
	    openat(c->archive, row.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	s = fd < 0 ? NULL : new_source(row.client, row.address, path);
	if (!s)
		tell_error(m->tell, "%s: %s", path, strerror(errno));
	else if (row.broken && !m->task->range->all && m->task->range->to >= row.last)
		tell_damage(m->tell, path, row.whole, 0, row.why); /* no frame leads there */
	free(path);
	if (s) {
		prepare_filters(m, row.link_types, row.link_types_len);
		task.compressed = row.compressed;
		task.column = row.frames;
		task.column_len = row.frames_len;
		s = start(m, s, fd, &task);
	}
	if (fd >= 0)
		close(fd);
	return s;
}

static struct source *open_loose(struct merger *m, struct loose *l)
{
	struct source *s = new_source(l->client, l->address, l->path);
	struct extract_task task = {.recording = l->recording};

	if (!s) {
		tell_error(m->tell, "%s", strerror(errno));
		return NULL;
	}
	s = start(m, s, l->fd, &task);
	close(l->fd);
	l->fd = -1;
	return s;
}

/* The next item goes to the end of those ahead. */
static void open_next(struct merger *m)
{
	const struct catalog_item *item = &m->task->catalog->item[m->next++];
	struct source *s;

	s = item->id ? open_archived(m, item->id)
		     : open_loose(m, &m->task->catalog->loose[item->loose]);
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
	size_t i = m->n;

	if (m->n == m->room) {
		size_t room = m->room ? 2 * m->room : 16;
		struct source **v = reallocarray(m->heap, room, sizeof(struct source *));

		if (!v)
			return false;
		m->heap = v;
		m->room = room;
	}
	m->n++;
	for (; i > 0 && is_before(s, m->heap[(i - 1) / 2]); i = (i - 1) / 2)
		m->heap[i] = m->heap[(i - 1) / 2];
	m->heap[i] = s;
	return true;
}

static void drop(struct source *s)
{
	stream_close(&s->stream);
	free_source(s);
}

/* ---- the way of a packet ---- */

/* True when there is a packet at the front of it. */
static bool advance(struct merger *m, struct source *s)
{
	enum sink_status failed = SINK_OK;
	enum stream_status st = stream_next(&s->stream, true, &failed);

	if (st == STREAM_SINK)
		stop(m, failed);
	return st == STREAM_PACKET;
}

/* The first of those ahead is needed now. */
static void prime(struct merger *m)
{
	struct source *s = m->ahead[0];

	memmove(m->ahead, m->ahead + 1, --m->nahead * sizeof(struct source *));
	if (advance(m, s)) {
		if (push(m, s))
			return;
		stop(m, SINK_FAILED);
	}
	drop(s);
}

/* Whether the next capture may have a packet that is earlier than all at the fronts. */
static bool is_due(const struct merger *m)
{
	const struct catalog *c = m->task->catalog;
	size_t item = m->nahead > 0 ? m->ahead[0]->rank - 1 : m->next;

	return (m->nahead > 0 || m->next < c->n) &&
	       (m->n == 0 || c->item[item].first <= m->heap[0]->stream.head.time_ns);
}

static void bring(struct merger *m)
{
	while (m->nahead < m->most_ahead && m->next < m->task->catalog->n)
		open_next(m);
	if (m->nahead > 0)
		prime(m);
}

static void take_first(struct merger *m)
{
	struct source *s = m->heap[0];
	enum sink_status st = stream_take(&s->stream);

	if (st != SINK_OK) {
		stop(m, st);
		return;
	}
	if (advance(m, s)) {
		sink_down(m, 0);
		return;
	}
	m->heap[0] = m->heap[--m->n];
	if (m->n > 0)
		sink_down(m, 0);
	drop(s);
}

static void run(struct merger *m)
{
	enum sink_status st = sink_begin(&m->sink, m->task->output, m->task->pcap);

	while (st == SINK_OK && !m->stopped) {
		if (is_due(m))
			bring(m);
		else if (m->n > 0)
			take_first(m);
		else
			break;
	}
	if (st == SINK_OK && (!m->stopped || m->tell->failed))
		st = sink_end(&m->sink);
	if (st != SINK_OK && !m->stopped)
		stop(m, st);
}

void merge(const struct merge_task *task, struct tell *tell)
{
	struct merger m = {.task = task, .tell = tell, .filters.expression = task->filter};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	m.most_ahead = cpus < 1 ? 1 : cpus < (long)AHEAD_MAX ? (size_t)cpus : AHEAD_MAX;
	m.ops = (struct stream_ops){.answer = answer, .trouble = trouble, .of = &m};
	run(&m);
	for (size_t i = 0; i < m.nahead; i++)
		drop(m.ahead[i]);
	for (size_t i = 0; i < m.n; i++)
		drop(m.heap[i]);
	for (unsigned i = 0; i < m.filters.n; i++)
		filter_free(&m.filters.v[i].program);
	free(m.heap);
	sink_free(&m.sink);
}
