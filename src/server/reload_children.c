/* reload_children: see reload_children.h. */
#include "server/reload_children.h"

#include <signal.h>
#include <string.h>

#include "base/pages.h"
#include "config/clients.h"
#include "config/differ.h"
#include "server/door.h"
#include "server/events.h"
#include "server/orders.h"
#include "server/reap.h"
#include "server/state.h"

struct telling {
	struct master *m;
	const struct config *config; /* the new one */
	uint32_t *named; /* for each of its clients the keys to be named; NULL: no memory */
	struct event_reload sum;
};

static const struct config_client *candidate(const struct child *k, uint32_t i)
{
	return &k->generation->config->clients[k->candidate[i].client];
}

/* The client of that name and proof, among those that a peer may be now. NULL: there is none. */
static const struct config_client *same_client(const struct config *new,
    const struct config_client *was, const struct admit_entry *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct config_client *is = &new->clients[row[i].client];

		if (strcmp(is->name, was->name) == 0)
			return differ_same_proof(was, is) ? is : NULL;
	}
	return NULL;
}

/* What the child has otherwise than client `is` of the new configuration, and keeps. */
static uint32_t kept(const struct config *new, const struct child *k,
    const struct config_client *was, const struct config_client *is)
{
	bool unable = is->store && !orders_live(k, is).store;

	return differ_kept(k->generation->config, was, new, is) | (unable ? DIFFER_STORE : 0);
}

static bool same_settings(const struct config *new, const struct child *k,
    const struct config_client *was, const struct config_client *is)
{
	struct recorder_live before = orders_live(k, was), after = orders_live(k, is);

	return orders_same(&before, &after) && kept(new, k, was, is) == 0;
}

/* Who the child's peer is now. NULL: it is to finish. As long as no certificate has chosen, nothing
 * is recorded, and nobody knows whose settings are the right ones: then all must be as they were.
 */
static const struct config_client *successor(const struct telling *t, const struct child *k)
{
	const struct config_client *is = NULL;
	size_t n;
	const struct admit_entry *row = admit_find(t->config->admission, &k->peer.addr, &n);

	/* whose word was believed, and is not now; or it would have to speak for others now */
	if (k->peer.via.len && !config_is_proxy(t->config, &k->peer.via))
		return NULL;
	if (config_is_proxy(t->config, &k->peer.addr))
		return NULL;
	if (k->client)
		return same_client(t->config, candidate(k, k->chosen), row, n);
	for (uint32_t i = 0; i < k->candidates; i++) {
		const struct config_client *was = candidate(k, i);

		is = same_client(t->config, was, row, n);
		if (!is || !same_settings(t->config, k, was, is))
			return NULL;
	}
	return is;
}

static void finish(struct telling *t, struct child *k, enum order_kind why)
{
	orders_finish(t->m, k, why);
	t->sum.finished++;
}

static void name_kept(struct telling *t, const struct config_client *is, uint32_t keys)
{
	char text[DIFFER_TEXT_MAX];

	if (t->named)
		t->named[is - t->config->clients] |= keys;
	else
		event_kept(is->name, differ_text(keys, text));
}

/* Its client is the same: it goes on. */
static void change(struct telling *t, struct child *k, const struct config_client *is)
{
	struct recorder_live live = orders_live(k, is);
	uint32_t keeps = kept(t->config, k, candidate(k, k->chosen), is);
	bool other = !orders_same(&live, &k->live);

	if (other && k->channel < 0) { /* it can be told nothing else */
		finish(t, k, ORDER_RECONFIGURED);
		return;
	}
	if (other)
		orders_settings(t->m, k, &live);
	else
		kill(k->pid, SIGHUP);
	if (keeps & ~k->kept)
		name_kept(t, is, keeps);
	k->kept = keeps;
	t->sum.updated += other;
	t->sum.kept += keeps != 0;
}

/* It was told to finish, and may be waiting for disk space: not for what is not stored any more. */
static void let_go(struct telling *t, struct child *k)
{
	/* also where it could not go on, as the address has become another's */
	const struct config_client *is =
	    k->patient && k->client ? config_client(t->config, k->client) : NULL;
	struct recorder_live live;

	if (!is || is->store || !k->live.store || k->channel < 0)
		return;
	live = orders_live(k, is);
	orders_settings(t->m, k, &live);
}

static void tell(struct telling *t, struct child *k)
{
	const struct config_client *is;

	reap_reports(t->m, k); /* who it has become meanwhile */
	if (k->pid <= 0)
		return;
	if (door_is(k)) { /* nothing is recorded yet */
		if (!config_is_proxy(t->config, &k->peer.addr))
			orders_finish(t->m, k, ORDER_RECONFIGURED);
		return;
	}
	if (k->finishing) {
		let_go(t, k);
		return;
	}
	is = successor(t, k);
	if (creds_revokes(t->m->generation->creds, &k->id))
		finish(t, k, ORDER_REVOKED);
	else if (!is)
		finish(t, k, ORDER_RECONFIGURED);
	else if (k->client)
		change(t, k, is);
	else
		kill(k->pid, SIGHUP);
}

static void log_kept(const struct telling *t)
{
	char text[DIFFER_TEXT_MAX];

	for (size_t i = 0; t->named && i < t->config->nclients; i++)
		if (t->named[i])
			event_kept(t->config->clients[i].name, differ_text(t->named[i], text));
}

void reload_children(struct master *m, const struct config *old)
{
	const struct config *new = m->generation->config;
	const size_t bytes = (new->nclients + 1) * sizeof(uint32_t);
	const struct differ_counts n = differ_count(old, new);
	struct telling t = {.m = m,
	    .config = new,
	    .named = pages_new(bytes),
	    .sum = {.clients = new->nclients,
		.added = n.added,
		.removed = n.removed,
		.changed = n.changed}};

	for (struct child *k = children_first(&m->children); k; k = children_next(&m->children, k))
		tell(&t, k);
	log_kept(&t);
	pages_free(t.named, bytes);
	event_reload(&t.sum);
}
