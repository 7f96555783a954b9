/* roster: see roster.h. */
#include "publish/roster.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"

#define LOOK_MS 1000

void roster_end(struct roster *r)
{
	finder_close(&r->finder);
	region_free(r->region);
	*r = (struct roster){.look_at = 0};
}

bool roster_changed(const struct roster *r)
{
	uint64_t seq;

	for (size_t i = 0; i < r->finder.n; i++)
		if (io_read_at(r->finder.v[i].fd, &seq, sizeof(seq),
			offsetof(struct status_server, seq)) != sizeof(seq) ||
		    seq != r->finder.v[i].area->head.seq)
			return true;
	return io_monotonic_ms() >= r->look_at;
}

bool roster_look(struct roster *r, const struct config *c)
{
	roster_end(r);
	r->region = region_new();
	if (!r->region)
		return false;
	finder_look(&r->finder, c->server.status_path ? c->server.status_path : STATUS_PATH,
	    c->file, r->region);
	r->look_at = io_monotonic_ms() + LOOK_MS;
	return true;
}

/* The address in "address:port" or "[address]:port". */
static bool peer_address(const char *peer, struct addr *out)
{
	char text[STATUS_PEER_MAX];
	char *colon, *from = text;

	snprintf(text, sizeof(text), "%s", peer);
	colon = strrchr(text, ':');
	if (!colon || colon == text)
		return false;
	*colon = '\0';
	if (*from == '[') {
		colon[-1] = '\0';
		from++;
	}
	return addr_parse(from, out);
}

static void name(const struct config *c, const struct status_child *k, char out[CAPNAME_STEM_MAX])
{
	const struct config_client *client = config_client(c, k->name);
	struct addr a;
	bool net = client && peer_address(k->peer, &a) && config_network(client, &a);

	capname_stem(k->name, net ? &a : NULL, out);
}

static bool is_there(const struct found *f, const struct area_child *k)
{
	return f->alive || (!k->page.ended && finder_child_is_there(&k->row));
}

void roster_each(const struct roster *r, const struct config *c,
    void (*row)(void *of, const struct roster_row *row), void *of)
{
	for (size_t i = 0; i < r->finder.n; i++) {
		const struct area *a = r->finder.v[i].area;

		for (size_t j = 0; j < a->children; j++) {
			const struct area_child *k = &a->child[j];
			struct roster_row out = {
			    .key = {a->head.pid, a->head.started_ms, k->row.order}};

			if (!k->row.name[0] || !is_there(&r->finder.v[i], k))
				continue;
			name(c, &k->row, out.stem);
			row(of, &out);
		}
	}
}
