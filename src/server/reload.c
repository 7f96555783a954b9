/* reload: see reload.h. */
#include "server/reload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/heap.h"
#include "base/io.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/cstr.h"
#include "config/differ.h"
#include "server/admission.h"
#include "server/events.h"
#include "server/reload_children.h"
#include "server/seen.h"
#include "server/state.h"
#include "server/timers.h"
#include "daemon/sandbox.h"
#include "base/zone.h"

/* Descriptors that the master needs for itself: a generous estimate. */
#define OWN_DESCRIPTORS 32

void reload_check_descriptors(const struct master *m)
{
	/* in a reload the old generation and the new one are open, and the sockets of both */
	rlim_t twice = 2 * (m->accepting.listeners.n + generation_holds(m->generation));
	const struct config *c = m->generation->config;
	rlim_t doors = c->server.proxies.n > 0 ? c->limits.unestablished : 0;
	rlim_t need = c->limits.connections + doors + twice + OWN_DESCRIPTORS;
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < need)
		event_descriptors(need, rl.rlim_cur);
}

static void warn_restart(const struct config *old, const struct config *new)
{
	if (!cstr_equal(old->server.user, new->server.user) ||
	    !cstr_equal(old->server.group, new->server.group))
		event_warning("user and group change with a restart only");
	if (old->server.sandbox != new->server.sandbox)
		event_warning("sandbox changes with a restart only");
	if (!cstr_equal(old->server.pid_file, new->server.pid_file))
		event_warning("pid-file changes with a restart only");
	if (!cstr_equal(old->server.status_path, new->server.status_path))
		event_warning("status-path changes with a restart only");
}

/* A file of which only the beginning is there, or nothing, as an editor or a full disk leaves it,
 * would end every recording of its clients. */
static void check_clients(const struct config *old, const struct config *new, struct problems *p)
{
	size_t removed = differ_count(old, new).removed;

	if (!new->clients_given && old->nclients > 0)
		problem_error(p, new->names.v[0], 0,
		    "the setting clients is missing; clients = () stands for none");
	else if (new->empty.file && removed > 0)
		problem_error(p, new->empty.file, new->empty.line,
		    "the file is empty, and %zu of the clients would be listed no more; a comment "
		    "in it says that none is meant",
		    removed);
}

static bool open_all(const struct master *m, struct problems *problems, struct generation **g,
    struct listeners *listeners)
{
	struct config *c = config_examine(m->generation->config->file, problems);
	char reason[LISTEN_REASON_MAX];
	bool sound;

	if (!c)
		return false;
	check_clients(m->generation->config, c, problems);
	sound = problems->errors == 0;
	*g = generation_open(c, sound ? GENERATION_TRY : GENERATION_LOOK, m->generation, problems);
	if (!*g)
		return false;
	if (!sound) { /* it was opened only to find the other errors */
		generation_unref(*g);
		return false;
	}
	*listeners = m->accepting.listeners;
	if (listeners->passed || listen_open(listeners, &m->accepting.listeners, c->server.ip.v,
				     c->server.ip.n, (uint16_t)c->server.port, reason))
		return true;
	problem_error(problems, c->names.v[0], 0, "%s", reason);
	generation_unref(*g);
	return false;
}

/* Connections that wait in the queue of a socket that goes away are taken as long as there is
 * room; what a full server cannot take is reset. */
static void drain(struct master *m, const struct listeners *kept)
{
	for (size_t i = 0; i < m->accepting.listeners.n; i++)
		for (int n = 0; n < SOMAXCONN && m->accepting.listening; n += ADMISSION_AT_ONCE)
			if (!listen_has(kept, m->accepting.listeners.v[i].fd))
				admission_waiting(m, &m->accepting.listeners.v[i]);
}

/* What is known of the clients, for those that are listed now. */
static void take_rows(struct master *m, const struct config *old)
{
	const struct config *c = m->generation->config;
	int64_t now = io_monotonic_ms();

	if (!area_clients(&m->area, c, old, now))
		event_no_area("there is no room for all clients");
	seen_generation(m);
	silence_watch(&m->silence, c, &m->area, now);
}

/* The new configuration and its sockets are open: nothing below can fail. */
static void take(struct master *m, struct generation *g, const struct listeners *listeners)
{
	struct generation *old = m->generation;

	drain(m, listeners);
	admission_listen(m, false);
	listen_close_unused(&m->accepting.listeners, listeners);
	for (size_t i = 0; i < listeners->n; i++)
		event_listening(listeners->v[i].name);
	m->accepting.listeners = *listeners;
	floods_summaries(&m->floods, old, TIMER_NEVER); /* the counts of clients are in it */
	m->generation = g;
	keepers_init(&m->keepers, io_monotonic_ms());
	if (g->config->limits.connections > m->children.size) {
		g->config->limits.connections = m->children.size;
		event_connections_capped(m->children.size);
	}
	take_rows(m, old->config); /* before a child has become a client of the new one */
	reload_check_descriptors(m);
	sandbox_measure(
	    children_size(&m->children) + area_size(&m->area), statpages_size(&m->pages));
	zone_read();
	log_set_level((enum log_level)g->config->server.log_level);
	warn_restart(old->config, g->config);
	reload_children(m, old->config);
	repairs_want(&m->repairs, old, &m->floods); /* the new one may not have its directories */
	generation_unref(old);
	repairs_want(&m->repairs, g, &m->floods);
}

void reload(struct master *m)
{
	struct problems problems = {0};
	struct listeners listeners;
	struct generation *g;
	bool ok;

	notify_reloading(&m->notify);
	heap_clear();
	ok = open_all(m, &problems, &g, &listeners);
	problems_log(&problems);
	problems_free(&problems);
	if (ok)
		take(m, g, &listeners);
	else {
		seen_reload_failed(m);
		event_reload_failed();
	}
	heap_fill();
	notify_ready(&m->notify, false);
}
