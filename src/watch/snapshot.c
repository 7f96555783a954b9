/* snapshot: see snapshot.h. */
#include "watch/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "status/check.h"
#include "watch/rates.h"

/* What is being put together. */
struct making {
	struct snapshot *s;
	int64_t clock; /* CLOCK_MONOTONIC, in milliseconds */
	size_t room;   /* of sessions */
};

/* ---- times and texts ---- */

/* Of a time of CLOCK_MONOTONIC; one that has not come yet is not believed. */
static int64_t wall(const struct making *m, int64_t ms)
{
	return ms > 0 && ms <= m->clock ? m->s->now - (m->clock - ms) : 0;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- connections ---- */

static int by_client(const void *x, const void *y)
{
	const struct snapshot_session *a = x, *b = y;
	int c = strcmp(a->client, b->client);

	if (c != 0)
		return c;
	if (a->since != b->since)
		return a->since < b->since ? -1 : 1;
	return a->order == b->order  ? (a->pid > b->pid) - (a->pid < b->pid)
	       : a->order < b->order ? -1
				     : 1;
}

/* Of a server that takes no samples they are from the beginning of the connection on. */
static void set_rates(const struct making *m, struct snapshot_session *o,
    const struct status_server *h, const struct status_child *row)
{
	struct rates_sample at = rates_sample(h, m->clock);
	bool none = at.ms == 0;
	int64_t ms = none ? m->s->now - o->since : at.ms;

	o->packet_rate = rates_second(o->packets, none ? 0 : row->packets_at[at.which], ms);
	o->byte_rate = rates_second(o->bytes, none ? 0 : row->bytes_at[at.which], ms);
}

static void add_session(
    struct making *m, const struct status_server *h, const struct area_child *k, bool outlived)
{
	const struct stats *n = &k->page.stats;
	struct snapshot_session *o = &m->s->session[m->s->sessions++];

	*o = (struct snapshot_session){.client = parse_name(k->row.name) ? k->row.name : "",
	    .peer = k->row.peer,
	    .via = k->row.via,
	    .file = k->page.file,
	    .protocol = k->page.protocol,
	    .subject = k->page.subject,
	    .pid = k->row.pid,
	    .state = k->row.state,
	    .tls = k->row.tls,
	    .outlived = outlived,
	    .waiting = n->waiting != 0,
	    .since = wall(m, k->row.since_ms),
	    .last_packet = n->packets > 0 ? wall(m, (int64_t)n->heard_ms) : 0,
	    .expires = k->page.expires_unix > 0 && k->page.expires_unix < INT64_MAX / 1000
			   ? k->page.expires_unix * 1000
			   : 0,
	    .begun = k->page.file_unix > 0 && k->page.file_unix < INT64_MAX / 1000000000
			 ? k->page.file_unix * 1000
			 : 0,
	    .order = k->row.order,
	    .packets = n->packets,
	    .bytes = n->bytes,
	    .files = n->files,
	    .cut = n->cut,
	    .filtered = n->filtered,
	    .file_bytes = n->file_bytes};
	set_rates(m, o, h, &k->row);
}

/* Of a child that nobody reaps any more: see TOTALS and WHO IS ALIVE in status/layout.h. */
static bool is_there(const struct snapshot_source *from, const struct area_child *k)
{
	return from->alive || (k->page.ended == 0 && from->is_there && from->is_there(&k->row));
}

static bool add_sessions(struct making *m, const struct snapshot_source *source, size_t n)
{
	for (size_t i = 0; i < n; i++)
		m->room += source[i].area->children;
	m->s->session = region_array(m->s->region, m->room, sizeof(*m->s->session));
	if (!m->s->session)
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < source[i].area->children; k++)
			if (is_there(&source[i], &source[i].area->child[k]))
				add_session(m, &source[i].area->head, &source[i].area->child[k],
				    !source[i].alive);
	qsort(m->s->session, m->s->sessions, sizeof(*m->s->session), by_client);
	while (m->s->unknown < m->s->sessions && !*m->s->session[m->s->unknown].client)
		m->s->unknown++;
	return true;
}

/* ---- clients ---- */

static void add_client(
    struct making *m, const struct status_server *h, const struct status_client *c)
{
	struct rates_sample at = rates_sample(h, m->clock);

	m->s->client[m->s->clients++] = (struct snapshot_client){.name = c->name,
	    .tls = c->tls,
	    .store = c->store,
	    .listed = true,
	    .state = c->silent ? SNAPSHOT_SILENT : SNAPSHOT_NEVER,
	    .max_silence = c->max_silence_s,
	    .since = wall(m, c->since_ms),
	    .last_packet = wall(m, c->last_packet_ms),
	    .last_connection = wall(m, c->last_connection_ms),
	    .last_end = wall(m, c->last_end_ms),
	    .last_end_word = c->last_end_ms > 0 ? status_end_word(c->last_end) : "",
	    .last_reason = c->last_reason,
	    .packets = c->packets,
	    .bytes = c->bytes,
	    .files = c->files,
	    .cut = c->cut,
	    .filtered = c->filtered,
	    .connections = c->connections,
	    .refused = c->refused,
	    .rejected = c->rejected,
	    .ended_packet_rate = rates_second(c->packets, c->packets_at[at.which], at.ms),
	    .ended_byte_rate = rates_second(c->bytes, c->bytes_at[at.which], at.ms)};
}

static int by_name(const void *x, const void *y)
{
	const struct snapshot_client *a = x, *b = y;
	int c = strcmp(a->name, b->name);

	return c != 0 ? c : a->listed == b->listed ? 0 : a->listed ? -1 : 1;
}

/* One of each name; those of the list before others. */
static void unique(struct snapshot *s)
{
	size_t n = 0;

	qsort(s->client, s->clients, sizeof(*s->client), by_name);
	for (size_t i = 0; i < s->clients; i++)
		if (n == 0 || strcmp(s->client[n - 1].name, s->client[i].name) != 0)
			s->client[n++] = s->client[i];
	s->clients = n;
}

static int name_is(const void *key, const void *x)
{
	return strcmp(key, ((const struct snapshot_client *)x)->name);
}

/* What is in the pages of children that a dead server can count no more; of those of earlier
 * servers, that the one that took over has not counted yet: no total ever falls. */
static void add_dead(struct making *m, const struct snapshot_source *from)
{
	struct snapshot *s = m->s;

	for (size_t i = 0; i < from->area->children; i++) {
		const struct area_child *k = &from->area->child[i];
		struct snapshot_client *c =
		    is_there(from, k)
			? NULL
			: bsearch(k->row.name, s->client, s->clients, sizeof(*s->client), name_is);

		if (!c)
			continue;
		c->packets += k->page.stats.packets;
		c->bytes += k->page.stats.bytes;
		c->files += k->page.stats.files;
		c->cut += k->page.stats.cut;
		c->filtered += k->page.stats.filtered;
		c->last_connection = later(c->last_connection, wall(m, k->row.since_ms));
		if (k->page.stats.packets > 0)
			c->last_packet =
			    later(c->last_packet, wall(m, (int64_t)k->page.stats.heard_ms));
	}
}

static void add_up(struct snapshot_client *c)
{
	for (size_t i = 0; i < c->sessions; i++) {
		const struct snapshot_session *o = &c->session[i];

		c->packets += o->packets;
		c->bytes += o->bytes;
		c->files += o->files;
		c->cut += o->cut;
		c->filtered += o->filtered;
		c->waiting |= o->waiting;
		c->last_packet = later(c->last_packet, o->last_packet);
		c->last_connection = later(c->last_connection, o->since);
	}
}

/* What the server says of silence is some seconds old. */
static enum snapshot_state state_of(const struct snapshot *s, const struct snapshot_client *c)
{
	int64_t heard = later(c->last_packet, c->since);
	bool too_long = c->max_silence > 0 && c->max_silence < INT64_MAX / 1000 && heard > 0 &&
			s->now - heard > (int64_t)c->max_silence * 1000;

	if (too_long || (c->state == SNAPSHOT_SILENT && s->running))
		return SNAPSHOT_SILENT;
	if (c->sessions == 0)
		return c->last_connection > 0 || c->connections > 0 ? SNAPSHOT_ABSENT
								    : SNAPSHOT_NEVER;
	return c->waiting ? SNAPSHOT_WAITING : SNAPSHOT_RECORDING;
}

static void sum_rates(struct snapshot *s)
{
	for (size_t i = 0; i < s->clients; i++) {
		struct snapshot_client *c = &s->client[i];

		c->packet_rate = c->ended_packet_rate;
		c->byte_rate = c->ended_byte_rate;
		for (size_t k = 0; k < c->sessions; k++) {
			c->packet_rate += c->session[k].packet_rate;
			c->byte_rate += c->session[k].byte_rate;
		}
	}
}

/* Both are in the order of names. */
static void join(struct snapshot *s)
{
	size_t k = s->unknown;

	for (size_t i = 0; i < s->clients; i++) {
		struct snapshot_client *c = &s->client[i];

		while (k < s->sessions && strcmp(s->session[k].client, c->name) < 0)
			k++;
		c->session = &s->session[k];
		while (k < s->sessions && strcmp(s->session[k].client, c->name) == 0) {
			c->sessions++;
			k++;
		}
		add_up(c);
		c->state = state_of(s, c);
	}
	sum_rates(s);
}

static int by_state(const void *x, const void *y)
{
	const struct snapshot_client *a = x, *b = y;
	bool first = a->state < SNAPSHOT_WAITING, second = b->state < SNAPSHOT_WAITING;

	if (first && second && a->state != b->state)
		return a->state < b->state ? -1 : 1;
	return first != second ? (first ? -1 : 1) : strcmp(a->name, b->name);
}

/* With a client for each name that only a recording has. */
static bool add_clients(struct making *m, const struct snapshot_source *source, size_t n)
{
	const struct area *a = source[0].area;
	struct snapshot *s = m->s;

	s->client =
	    region_array(s->region, a->clients + s->sessions - s->unknown, sizeof(*s->client));
	if (!s->client)
		return false;
	for (size_t i = 0; i < a->clients; i++)
		if (parse_name(a->client[i].name))
			add_client(m, &a->head, &a->client[i]);
	for (size_t i = s->unknown; i < s->sessions; i++)
		s->client[s->clients++] = (struct snapshot_client){.name = s->session[i].client,
		    .state = SNAPSHOT_NEVER,
		    .last_end_word = "",
		    .last_reason = "",
		    .store = true};
	unique(s);
	for (size_t i = 0; i < n; i++)
		if (!source[i].alive && (i == 0) == !source[i].area->head.inherited)
			add_dead(m, &source[i]);
	join(s);
	qsort(s->client, s->clients, sizeof(*s->client), by_state);
	return true;
}

/* ---- all of it ---- */

bool snapshot_make(struct snapshot *s, struct region *r, const struct snapshot_source *source,
    size_t n, int64_t now, int64_t clock)
{
	struct making m = {.s = s, .clock = clock};
	const struct status_server *h = &source[0].area->head;

	*s = (struct snapshot){
	    .region = r, .now = now, .known = true, .running = source[0].alive, .server = *h};
	s->started = wall(&m, h->started_ms);
	s->reloaded = wall(&m, h->generation_ms);
	return add_sessions(&m, source, n) && add_clients(&m, source, n);
}

void snapshot_choose(struct snapshot *s, struct patterns *p)
{
	size_t n = 0;

	if (p->n == 0 || !s->known)
		return;
	for (size_t i = 0; i < s->clients; i++)
		if (pattern_match(p, s->client[i].name, ""))
			s->client[n++] = s->client[i];
	s->clients = n;
	s->unknown = 0;
	for (size_t i = p->n; i-- > 0;)
		if (!p->used[i])
			s->nobody = p->v[i];
}

const char *snapshot_state_word(enum snapshot_state state)
{
	static const char *const words[] = {"silent", "absent", "never", "waiting", "recording"};

	return words[state];
}

size_t snapshot_count(const struct snapshot *s, enum snapshot_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < s->clients; i++)
		n += s->client[i].state == state;
	return n;
}
