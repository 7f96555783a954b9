/* watch_world: status areas in memory, and snapshots of them, for the tests of src/watch. */
#ifndef WATCH_WORLD_H
#define WATCH_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch/snapshot.h"

#define CLOCK INT64_C(1000000)       /* of CLOCK_MONOTONIC, in milliseconds */
#define NOW   INT64_C(1795880000000) /* the same as wall-clock time */

#define WORLD_MAX 8

struct world {
	struct area area;
	struct status_client client[WORLD_MAX];
	struct area_child child[WORLD_MAX];
	bool alive;
};

static inline struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	w->area.child = w->child;
	w->area.client = w->client;
	w->alive = true;
	w->area.head.pid = 4711;
	w->area.head.started_ms = CLOCK - 90000;
	w->area.head.generation = 2;
	w->area.head.connections = 1;
	w->area.head.max_connections = 1000;
	snprintf(w->area.head.sandbox, sizeof(w->area.head.sandbox), "full");
	return w;
}

static inline struct status_client *world_client(struct world *w, const char *name)
{
	struct status_client *c = &w->client[w->area.clients++];

	snprintf(c->name, sizeof(c->name), "%s", name);
	c->since_ms = CLOCK - 90000;
	c->store = 1;
	return c;
}

/* Connected for ten seconds, 1000 packets of 100 bytes, the last one a second ago. */
static inline struct area_child *world_child(struct world *w, const char *name)
{
	struct area_child *k = &w->child[w->area.children++];

	snprintf(k->row.name, sizeof(k->row.name), "%s", name);
	snprintf(k->row.peer, sizeof(k->row.peer), "192.0.2.%zu:40000", w->area.children);
	snprintf(k->page.file, sizeof(k->page.file), "trace-%s.pcap", name);
	k->row.state = STATUS_RUNNING;
	k->row.pid = (uint32_t)(100 + w->area.children);
	k->row.order = w->area.children;
	k->row.since_ms = CLOCK - 10000;
	k->page.stats.packets = 1000;
	k->page.stats.bytes = 100000;
	k->page.stats.files = 1;
	k->page.stats.heard_ms = (uint64_t)(CLOCK - 1000);
	return k;
}

static inline struct snapshot world_snapshot(const struct world *w)
{
	struct snapshot_source source = {.area = &w->area, .alive = w->alive};
	struct snapshot s;

	if (!snapshot_make(&s, region_new(), &source, 1, NOW, CLOCK))
		abort();
	return s;
}

/* What print() prints of it, allocated. */
static inline char *world_text(
    const struct snapshot *s, void (*print)(const struct snapshot *, FILE *))
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	print(s, to);
	fclose(to);
	return text;
}

#endif
