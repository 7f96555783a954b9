/* events: see events.h. */
#include "server/events.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "server/childexit.h"

/* ---- the server ---- */

void event_error(const char *reason)
{
	log_line(LVL_ERROR, "error reason=%s", LOG_QUOTE(reason));
}

void event_warning(const char *reason)
{
	log_line(LVL_WARNING, "warning reason=%s", LOG_QUOTE(reason));
}

void event_bug(const char *reason)
{
	log_line(LVL_ERROR, "bug reason=%s", LOG_QUOTE(reason));
}

void event_starting(const struct config *c, const char *sandbox)
{
	log_line(LVL_NOTICE, "starting version=%s config=%s clients=%zu tls=%s sandbox=%s",
	    PACKAGE_VERSION, LOG_QUOTE(c->file), c->nclients, c->tls.present ? "true" : "false",
	    sandbox);
}

void event_listening(const char *address)
{
	log_line(LVL_NOTICE, "listening address=%s", address);
}

void event_descriptors(unsigned long long need, unsigned long long limit)
{
	log_line(LVL_WARNING,
	    "warning reason=\"connections and a reload need %llu descriptors, the limit is %llu\"",
	    need, limit);
}

void event_no_area(const char *reason)
{
	struct log_text t;

	snprintf(t.s, sizeof(t.s), "status-path: %s", reason);
	event_warning(t.s);
}

void event_stopping(unsigned connections)
{
	log_line(LVL_NOTICE, "stopping connections=%u", connections);
}

void event_others(int recordings)
{
	log_line(LVL_NOTICE,
	    "others recordings=%d reason=\"of an earlier server, in these directories: they go "
	    "on\"",
	    recordings);
}

void event_stopped(void)
{
	log_line(LVL_NOTICE, "stopped");
}

void event_exiting(void)
{
	log_line(LVL_NOTICE, "exiting reason=\"QUIT: recordings continue\"");
}

void event_not_stopped(unsigned children)
{
	log_line(LVL_ERROR, "error reason=\"%u children did not stop: killed\"", children);
}

void event_status(unsigned connections, unsigned unestablished, uint64_t accepted, uint64_t refused)
{
	log_line(LVL_NOTICE, "status connections=%u unestablished=%u accepted=%llu refused=%llu",
	    connections, unestablished, (unsigned long long)accepted, (unsigned long long)refused);
}

/* ---- admission ---- */

void event_refused(bool shortage, const char *client, const struct peer *peer, const char *reason)
{
	char text[PEER_TEXT_MAX];

	log_line(shortage ? LVL_ERROR : LVL_NOTICE, "refused %s%s%speer=%s reason=%s",
	    client ? "client=" : "", client ? client : "", client ? " " : "",
	    peer_format(peer, text), LOG_QUOTE(reason));
}

void event_not_relayed(const struct peer *proxy, const char *reason)
{
	char text[PEER_TEXT_MAX];

	log_line(
	    LVL_DEBUG, "closed peer=%s reason=%s", peer_format(proxy, text), LOG_QUOTE(reason));
}

void event_full(unsigned connections, unsigned unestablished)
{
	log_line(LVL_NOTICE, "full connections=%u unestablished=%u reason=\"new connections wait\"",
	    connections, unestablished);
}

void event_suppressed_lines(uint64_t lines, const char *reason)
{
	log_line(LVL_NOTICE, "suppressed lines=%llu reason=%s", (unsigned long long)lines,
	    LOG_QUOTE(reason));
}

void event_suppressed_client(const char *client, uint64_t connections)
{
	log_line(LVL_NOTICE,
	    "suppressed client=%s connections=%llu reason=\"too many in a short time\"", client,
	    (unsigned long long)connections);
}

/* ---- silence ---- */

void event_silent(const char *client, int64_t seconds)
{
	log_line(LVL_WARNING, "silent client=%s seconds=%lld", client, (long long)seconds);
}

void event_heard(const char *client, int64_t seconds)
{
	log_line(LVL_NOTICE, "heard client=%s seconds=%lld", client, (long long)seconds);
}

/* ---- reload ---- */

void event_reload(const struct event_reload *r)
{
	log_line(LVL_NOTICE,
	    "reload clients=%zu finished=%zu updated=%zu kept=%zu added=%zu removed=%zu "
	    "changed=%zu",
	    r->clients, r->finished, r->updated, r->kept, r->added, r->removed, r->changed);
}

void event_kept(const char *client, const char *keys)
{
	log_line(LVL_NOTICE, "kept client=%s keys=%s reason=\"until it connects again\"", client,
	    LOG_QUOTE(keys));
}

void event_reload_failed(void)
{
	log_line(LVL_ERROR, "reload reason=\"failed: the old configuration stays\"");
}

void event_connections_capped(unsigned connections)
{
	log_line(LVL_WARNING,
	    "warning reason=\"memory is reserved for %u connections: more need a restart\"",
	    connections);
}

/* ---- children ---- */

static const char *name(const struct child *k)
{
	return k->client ? k->client : "?";
}

void event_child_status(const struct child *k, const struct stats *stats, int64_t now)
{
	char peer[PEER_TEXT_MAX], counts[STATS_TEXT_MAX];

	log_line(LVL_NOTICE, "status client=%s peer=%s pid=%d state=%s file=%s %s seconds=%lld",
	    name(k), peer_format(&k->peer, peer), (int)k->pid,
	    stats_get(&stats->waiting) ? "waiting"
	    : k->finishing             ? "finishing"
	    : k->established           ? "established"
				       : "connected",
	    k->file[0] ? k->file : "-", stats_format(stats, counts),
	    (long long)(now - k->since_ms) / 1000);
}

void event_replacing(const struct child *k)
{
	char peer[PEER_TEXT_MAX];

	log_line(LVL_WARNING,
	    "warning client=%s peer=%s pid=%d reason=\"its connections replaced each other more "
	    "than "
	    "3 times within a minute: for several senders on one host, replace = false\"",
	    name(k), peer_format(&k->peer, peer), (int)k->pid);
}

void event_untold(const struct child *k)
{
	char peer[PEER_TEXT_MAX];

	log_line(LVL_WARNING,
	    "warning client=%s peer=%s pid=%d reason=\"it takes no orders now: its new settings "
	    "are "
	    "sent until it does\"",
	    name(k), peer_format(&k->peer, peer), (int)k->pid);
}

void event_child_killed(const struct child *k, const char *why)
{
	char peer[PEER_TEXT_MAX];

	log_line(LVL_ERROR, "error client=%s peer=%s pid=%d reason=\"%s: killed\"", name(k),
	    peer_format(&k->peer, peer), (int)k->pid, why);
}

void event_end_reason(int status, char reason[EVENT_REASON_MAX])
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		snprintf(
		    reason, EVENT_REASON_MAX, "the TLS handshake took too much CPU time: killed");
	else if (WIFSIGNALED(status))
		snprintf(reason, EVENT_REASON_MAX, "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == CHILD_INTERNAL)
		snprintf(reason, EVENT_REASON_MAX, "internal error");
	else
		snprintf(reason, EVENT_REASON_MAX, "exit status %d", WEXITSTATUS(status));
}

void event_child_closed(const struct child *k, const struct stats *stats, int status, int64_t now)
{
	char counts[STATS_TEXT_MAX], peer[PEER_TEXT_MAX], reason[EVENT_REASON_MAX];

	event_end_reason(status, reason);
	log_line(LVL_ERROR, "closed client=%s peer=%s pid=%d reason=%s %s seconds=%lld", name(k),
	    peer_format(&k->peer, peer), (int)k->pid, LOG_QUOTE(reason),
	    stats_format(stats, counts), (long long)(now - k->since_ms) / 1000);
}

/* ---- keeper and repair ---- */

void event_keeper(pid_t pid)
{
	log_line(LVL_NOTICE, "keeper pid=%d", (int)pid);
}

void event_keeper_ended(int status)
{
	if (WIFSIGNALED(status))
		log_line(LVL_ERROR, "error reason=\"the key keeper was killed by signal %d\"",
		    WTERMSIG(status));
	else
		log_line(LVL_ERROR, "error reason=\"the key keeper ended with status %d\"",
		    WEXITSTATUS(status));
}

void event_repair_killed(int sig)
{
	log_line(LVL_ERROR, "error reason=\"repair was killed by signal %d\"", sig);
}
