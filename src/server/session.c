/* session: see session.h. */
#include "server/session.h"

#include <errno.h>
#include <stdio.h>

#include "base/io.h"
#include "server/sandbox_roles.h"
#include "server/session_end.h"
#include "server/session_identity.h"
#include "server/session_signal.h"
#include "server/session_stream.h"
#include "server/session_tell.h"

static bool set_up(struct session *s, int fd)
{
	s->name = s->candidates > 1 ? "?" : s->config->clients[s->candidate[0]].name;
	s->signals = session_take_signals();
	if (s->signals < 0 || !session_stream_begin(s) || !session_identity_begin(s)) {
		session_broken(s, "the connection cannot be served", errno);
		return false;
	}
	session_entitle(s);
	title_show(&s->title);
	transport_init(&s->transport, fd, s->signals, s->config->limits.keepalive);
	transport_plain(&s->transport);
	return true;
}

/* Enters the sandbox, before any byte is read: from here on the process can open nothing but new
 * capture files. */
static bool lock_in(const struct session *s)
{
	const struct place *p = s->place;
	const char *refused =
	    roles_enter_session(p->base, p->done, p->may_link, s->channel->fd, p->rules);
	int error = errno;
	char what[64];

	if (!refused)
		return true;
	snprintf(what, sizeof(what), "the sandbox cannot be entered: %s", refused);
	session_broken(s, what, error);
	return false;
}

static enum step first_byte(struct session *s)
{
	int64_t deadline = session_seconds_after(s->started, s->config->limits.handshake_timeout);

	s->header_deadline = deadline;
	for (;;) {
		switch (transport_first_byte(&s->transport, deadline)) {
		case TRANSPORT_DATA:
			session_connected(s);
			return STEP_NEXT;
		case TRANSPORT_EOF:
			return session_end_empty(s);
		case TRANSPORT_TIMEOUT:
			return session_end_late(s);
		case TRANSPORT_SIGNAL:
			session_read_signals(s);
			/* the bytes queued in the socket are still stored */
			if (s->stop_since)
				return STEP_NEXT;
			continue;
		default:
			return session_end_connection(s, false);
		}
	}
}

int session_run(int fd, const uint32_t *candidate, size_t candidates, const struct generation *g,
    const struct channel *channel)
{
	struct session s = {
	    .config = g->config,
	    .generation = g,
	    .candidate = candidate,
	    .candidates = candidates,
	    .place = places_shared(&g->places, candidate, candidates),
	    .channel = channel,
	    .started = io_monotonic_ms(),
	};

	peer_format(&channel->peer, s.peer);
	if (!set_up(&s, fd) || !lock_in(&s))
		return CHILD_INTERNAL;
	if (first_byte(&s) == STEP_NEXT && session_identity_prove(&s) == STEP_NEXT)
		session_stream_run(&s);
	if (s.client)
		recorder_free(&s.recorder);
	transport_tls_free(&s.transport);
	session_identity_free(&s);
	session_stream_free(&s);
	return (int)s.code;
}
