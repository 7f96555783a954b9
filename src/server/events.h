/* events: one function for each line that the master writes to its log.
 *
 * No other file of the master formats a line, but base/problem for what is wrong with a
 * configuration; sessions word theirs in session_tell, the process of
 * repair in repair. The man page's section LOG describes all of them.
 * Refuses to decide whether a line is written (floods). Text is quoted here. */
#ifndef SERVER_EVENTS_H
#define SERVER_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"
#include "config/config.h"
#include "record/stats.h"
#include "server/children.h"

/* ---- the server ---- */

void event_error(const char *reason);
void event_warning(const char *reason);
void event_bug(const char *reason);
void event_starting(const struct config *c, const char *sandbox);
void event_listening(const char *address);
void event_descriptors(unsigned long long need, unsigned long long limit);
void event_no_area(const char *reason);
void event_stopping(unsigned connections);
void event_others(int recordings);
void event_stopped(void);
void event_exiting(void);
void event_not_stopped(unsigned children);
void event_status(
    unsigned connections, unsigned unestablished, uint64_t accepted, uint64_t refused);

/* ---- admission ---- */

/* client NULL: not known. `shortage`: the reason is a lack of resources, which is an error. */
void event_refused(bool shortage, const char *client, const struct peer *peer, const char *reason);
/* A connection of a proxy itself: nobody is behind it. */
void event_not_relayed(const struct peer *proxy, const char *reason);
void event_full(unsigned connections, unsigned unestablished);
void event_suppressed_lines(uint64_t lines, const char *reason);
void event_suppressed_client(const char *client, uint64_t connections);

/* ---- silence ---- */

void event_silent(const char *client, int64_t seconds);
void event_heard(const char *client, int64_t seconds);

/* ---- reload ---- */

struct event_reload {
	size_t clients, added, removed, changed; /* of the configuration */
	size_t finished, updated, kept;          /* recordings: told to finish, with other settings
						    from now on, with some that they keep */
};

void event_reload(const struct event_reload *r);
/* keys: which its recordings keep. */
void event_kept(const char *client, const char *keys);
void event_reload_failed(void);
void event_connections_capped(unsigned connections);

/* ---- children ---- */

void event_child_status(const struct child *k, const struct stats *stats, int64_t now);
void event_replacing(const struct child *k);
void event_untold(const struct child *k);
void event_child_killed(const struct child *k, const char *why);

#define EVENT_REASON_MAX 80

/* Why a child ended that could not say so itself: `status` as of waitpid(). */
void event_end_reason(int status, char reason[EVENT_REASON_MAX]);

/* A child that could not log its end: `status` as of waitpid(). */
void event_child_closed(const struct child *k, const struct stats *stats, int status, int64_t now);

/* ---- keeper and repair ---- */

void event_keeper(pid_t pid);
void event_keeper_ended(int status);
void event_repair_killed(int sig);

#endif
