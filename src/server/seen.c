/* seen: see seen.h. */
#include "server/seen.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/io.h"
#include "base/log.h"
#include "server/childexit.h"
#include "server/events.h"
#include "server/samples.h"
#include "server/state.h"
#include "server/whose.h"

_Static_assert(
    CHILD_PROTOCOL == 10 && CHILD_INTERNAL == 17 && STATUS_PROTOCOL == 1 && STATUS_INTERNAL == 8,
    "the words of both are in one order");
_Static_assert(STATUS_LISTENERS >= LISTEN_MAX && STATUS_LISTENER_MAX >= ADDR_LISTEN_MAX &&
		   STATUS_NAME_MAX > PARSE_NAME_MAX && STATUS_PEER_MAX >= ADDR_PEER_MAX &&
		   STATUS_FILE_MAX >= CAPNAME_MAX,
    "texts have room");

static uint64_t *begin(struct master *m)
{
	uint64_t *seq = &m->area.head->seq;

	status_write_begin(seq);
	return seq;
}

static struct status_child *row_of(struct master *m, const struct child *k)
{
	return area_child(&m->area, children_slot(&m->children, k));
}

static struct status_client *client_of(struct master *m, const struct child *k)
{
	return area_client(&m->area, whose(m->generation, k));
}

static int64_t boot_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the server ---- */

static void set_client(struct master *m, const struct child *k)
{
	struct status_child *row = row_of(m, k);
	size_t client = whose(m->generation, k);

	row->client = client == WHOSE_NONE ? STATUS_NONE : (uint32_t)client;
	if (k->client)
		snprintf(row->name, sizeof(row->name), "%s", k->client);
}

void seen_generation(struct master *m)
{
	const struct listeners *l = &m->accepting.listeners;
	struct status_server *h = m->area.head;
	uint64_t *seq = begin(m);

	h->state = STATUS_RUNNING;
	h->generation++;
	h->generation_ms = io_monotonic_ms();
	h->max_connections = m->generation->config->limits.connections;
	h->max_unestablished = m->generation->config->limits.unestablished;
	h->listeners = l->n;
	for (size_t i = 0; i < l->n; i++)
		snprintf(h->listener[i], sizeof(h->listener[i]), "%s", l->v[i].name);
	for (size_t i = 0; i < m->area.clients; i++)
		m->area.client[i].connected = 0;
	for (const struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k)) {
		set_client(m, k);
		if (k->established)
			client_of(m, k)->connected++;
	}
	status_write_end(seq);
}

void seen_reload_failed(struct master *m)
{
	uint64_t *seq = begin(m);

	m->area.head->reloads_failed++;
	status_write_end(seq);
}

static void put(struct master *m, uint64_t *at, uint64_t value)
{
	uint64_t *seq;

	if (*at == value)
		return;
	seq = begin(m);
	*at = value;
	status_write_end(seq);
}

void seen_numbers(struct master *m)
{
	struct status_server *h = m->area.head;

	put(m, &h->top, m->children.top);
	put(m, &h->connections, m->children.used);
	put(m, &h->unestablished, m->children.unestablished);
	put(m, &h->accepted, m->accepting.accepted);
	put(m, &h->repair_rounds, m->repairs.rounds);
	put(m, &h->repair_rounds_failed, m->repairs.failed);
	put(m, &h->repaired_files, m->repairs.files);
	put(m, &h->log_lines_lost, log_lost());
	if (m->loop.stopping_since && h->state != STATUS_FINISHING) {
		uint64_t *seq = begin(m);

		h->state = STATUS_FINISHING;
		h->listeners = 0;
		status_write_end(seq);
	}
}

void seen_refused(struct master *m, enum status_refused why, const char *client)
{
	const struct config_client *c =
	    client ? config_client(m->generation->config, client) : NULL;
	uint64_t *seq = begin(m);

	m->area.head->refused[why]++;
	if (c)
		area_client(&m->area, (size_t)(c - m->generation->config->clients))->refused++;
	status_write_end(seq);
}

void seen_full(struct master *m)
{
	put(m, &m->area.head->full, m->area.head->full + 1);
}

void seen_stopped(struct master *m)
{
	uint64_t *seq = begin(m);

	m->area.head->state = STATUS_FREE;
	status_write_end(seq);
}

/* ---- children ---- */

bool seen_child(struct master *m, const struct child *k)
{
	size_t slot = children_slot(&m->children, k);
	struct status_child *row = row_of(m, k);
	uint64_t *seq = begin(m);
	bool seen, ok = statpages_clear(&m->pages, slot, &seen);

	*row = (struct status_child){.order = k->order,
	    .generation = m->area.head->generation,
	    .tls = k->candidate && k->generation->config->clients[k->candidate->client].tls,
	    .since_ms = k->since_ms,
	    .start_boot_ms = boot_ms()};
	addr_format_peer(&k->peer.addr, k->peer.port, row->peer);
	if (k->peer.via.len)
		addr_format_peer(&k->peer.via, k->peer.via_port, row->via);
	set_client(m, k);
	if (ok && seen && m->area.head->top <= slot)
		m->area.head->top = slot + 1;
	status_write_end(seq);
	return ok;
}

void seen_pid(struct master *m, const struct child *k)
{
	struct status_child *row = row_of(m, k);
	uint64_t *seq = begin(m);

	row->pid = (uint32_t)k->pid;
	row->state = STATUS_BEGINNING;
	status_write_end(seq);
}

void seen_established(struct master *m, const struct child *k)
{
	struct status_child *row = row_of(m, k);
	struct status_client *c = client_of(m, k);
	uint64_t *seq = begin(m);

	row->state = k->finishing ? STATUS_FINISHING : STATUS_RUNNING;
	row->established_ms = c->last_connection_ms = io_monotonic_ms();
	c->connections++;
	c->connected++;
	set_client(m, k);
	status_write_end(seq);
}

void seen_finishing(struct master *m, const struct child *k)
{
	uint64_t *seq = begin(m);

	row_of(m, k)->state = STATUS_FINISHING;
	status_write_end(seq);
}

void seen_undone(struct master *m, const struct child *k)
{
	uint64_t *seq = begin(m);

	row_of(m, k)->state = STATUS_FREE;
	status_write_end(seq);
}

static enum status_end end_of(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (code == CHILD_FINISHED)
		return STATUS_FINISHED;
	if (code < CHILD_PROTOCOL || code > CHILD_INTERNAL)
		return STATUS_DIED;
	return (enum status_end)(code - CHILD_PROTOCOL + STATUS_PROTOCOL);
}

static bool is_rejection(enum status_end end)
{
	return end >= STATUS_PROTOCOL && end <= STATUS_TIMEOUT;
}

/* In the child's words, if it has left any. */
static void put_reason(
    struct status_client *c, enum status_end end, const struct status_page *page, int status)
{
	if (end != STATUS_DIED && page->reason[0]) {
		memcpy(c->last_reason, page->reason, sizeof(c->last_reason));
		c->last_reason[sizeof(c->last_reason) - 1] = '\0';
	} else {
		event_end_reason(status, c->last_reason);
	}
}

void seen_ended(struct master *m, const struct child *k, int status)
{
	const struct status_page *page = statpages_page(&m->pages, children_slot(&m->children, k));
	struct status_client *c = client_of(m, k);
	enum status_end end = end_of(status);
	uint64_t *seq = begin(m);

	m->area.head->ended[end]++;
	c->packets += stats_get(&page->stats.packets);
	c->bytes += stats_get(&page->stats.bytes);
	c->files += stats_get(&page->stats.files);
	c->cut += stats_get(&page->stats.cut);
	c->filtered += stats_get(&page->stats.filtered);
	samples_ended(c, row_of(m, k));
	c->rejected += is_rejection(end);
	c->connected -= k->established && c->connected > 0;
	if (k->established || end != STATUS_FINISHED) { /* not of one without a byte */
		c->last_end = end;
		c->last_end_ms = io_monotonic_ms();
		put_reason(c, end, page, status);
	}
	row_of(m, k)->state = STATUS_FREE;
	status_write_end(seq);
}
