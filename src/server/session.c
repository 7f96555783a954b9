/* session: see session.h. */
#include "server/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/io.h"
#include "base/pages.h"
#include "capture/frame.h"
#include "daemon/rlimits.h"
#include "server/sandbox_roles.h"
#include "server/session_end.h"
#include "server/session_signal.h"
#include "server/session_state.h"
#include "server/session_tell.h"

/* Bytes of the receive buffer. It holds the largest frame, and enough more that a busy stream costs
 * few system calls, but fits into a second-level cache of 1 MiB. Only pages that a read has filled
 * take memory. */
#define BUFFER (768 * 1024)

/* Room for what bytes look like that are no TLS. */
#define NOT_TLS_MAX 200

/* Seconds of CPU time of a handshake, which takes some milliseconds: what a peer can make it
 * calculate is bounded, also where no deadline is looked at. */
#define HANDSHAKE_CPU 5

/* Either all candidates of a connection have TLS, or it has one candidate. */
static const struct config_client *first_candidate(const struct session *s)
{
	return &s->config->clients[s->candidate[0]];
}

static bool has_tls(const struct session *s)
{
	return first_candidate(s)->tls;
}

/* The only directories that it can store in: its sandbox allows no others. */
static const struct place *place(const struct session *s)
{
	return places_shared(&s->generation->places, s->candidate, s->candidates);
}

/* ---- the stream ---- */

/* Feeds the buffer to the recorder and keeps the bytes of an incomplete frame. */
static enum recorder_status feed(struct session *s)
{
	size_t used;
	enum recorder_status st =
	    recorder_feed(&s->recorder, s->buffer, s->have, time(NULL), &used);

	s->have -= used;
	memmove(s->buffer, s->buffer + used, s->have);
	/* Timeouts start after the feeding: the time that our disk took does not count against the
	 * peer. */
	if (used > 0) {
		s->frame_since = 0;
		stats_set(&s->channel->page->stats.heard_ms, (uint64_t)io_monotonic_ms());
	}
	if (s->have > 0 && s->frame_since == 0)
		s->frame_since = io_monotonic_ms();
	return st;
}

/* Reads more into the buffer, which is allocated when the first bytes are there. */
static enum transport_status read_more(struct session *s, int64_t deadline, size_t *got)
{
	if (!s->buffer) {
		enum transport_status st = transport_wait(&s->transport, deadline);

		if (st != TRANSPORT_DATA)
			return st;
		s->buffer = pages_new(BUFFER);
		if (!s->buffer) {
			snprintf(s->transport.reason, sizeof(s->transport.reason), "out of memory");
			return TRANSPORT_ERROR;
		}
	}
	return transport_read(&s->transport, s->buffer + s->have, BUFFER - s->have, deadline, got);
}

/* The connection is idle: frees the memory that receiving and logging took. */
static void give_back(struct session *s)
{
	if (s->have > 0)
		return;
	pages_free(s->buffer, BUFFER);
	s->buffer = NULL;
	pages_trim_stack();
}

static void change_settings(struct session *s)
{
	const struct filter_table *filter = s->filter_next;

	if (s->live.filter && !filter) /* it was lost: nothing is stored unfiltered */
		filter = filter_table_none();
	s->settings_wanted = false;
	recorder_change(&s->recorder, &s->live, place(s)->base, filter);
	free(s->filter);
	s->filter = s->filter_next;
	s->filter_next = NULL;
	session_changed(s);
	stats_set(&s->channel->page->stats.waiting, false);
}

/* Publishes a file whose time is over: without a setting for that the next packet does. */
static void close_due(struct session *s)
{
	if (s->recorder.out.set.close_when_due)
		recorder_close_due(&s->recorder, time(NULL));
}

/* Carries out what signals have asked for: to stop, to change settings, to begin a new file. */
static void follow_orders(struct session *s)
{
	if (s->stop_since)
		transport_drain(&s->transport);
	if (s->settings_wanted)
		change_settings(s);
	if (s->new_file_wanted) {
		s->new_file_wanted = false;
		recorder_close_file(&s->recorder, "reload");
	}
}

/* Reads more; meanwhile does what signals ask for, and gives memory back in silence. *late: the
 * deadline had passed before the last read, which only took what was queued. */
static enum step receive(struct session *s, bool *late)
{
	for (;;) {
		size_t got = 0;
		int64_t deadline, wake;
		enum transport_status st;

		follow_orders(s);
		close_due(s);
		deadline = session_deadline(s);
		wake = session_wake(s, deadline);
		*late = io_monotonic_ms() >= deadline;
		st = read_more(s, wake, &got);
		switch (st) {
		case TRANSPORT_DATA:
			s->have += got;
			return STEP_NEXT;
		case TRANSPORT_QUIET:
			give_back(s);
			continue;
		case TRANSPORT_SIGNAL:
			session_read_signals(s);
			continue;
		case TRANSPORT_EOF:
			return session_end_of_stream(s);
		case TRANSPORT_DRAINED:
			return session_end_stopped(s);
		case TRANSPORT_TIMEOUT:
			if (wake < deadline && io_monotonic_ms() >= wake)
				continue; /* it was to look at the file */
			return session_end_late(s);
		case TRANSPORT_INVALID:
		case TRANSPORT_ERROR:
			return session_end_connection(s, st == TRANSPORT_INVALID);
		}
	}
}

static enum step pump(struct session *s)
{
	for (;;) {
		bool late;

		if (receive(s, &late) == STEP_END)
			return STEP_END;
		switch (feed(s)) {
		case RECORDER_OK:
			break;
		case RECORDER_PROTOCOL:
			return session_end_refused(s);
		case RECORDER_STORAGE:
			return session_end_storage(s);
		}
		/* what had come before the deadline is stored now, and completed no frame */
		if (late && io_monotonic_ms() >= session_deadline(s))
			return session_end_late(s);
	}
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
			if (s->stop_since)
				return STEP_NEXT; /* the bytes queued in the socket are still stored
						   */
			continue;
		default:
			return session_end_connection(s, false);
		}
	}
}

/* ---- the identity ---- */

static void settings_of(const struct session *s, struct recorder_settings *out)
{
	const struct config_client *k = s->client;
	const struct addr *peer = &s->channel->peer.addr;

	*out = (struct recorder_settings){
	    .base = k->store ? place(s)->base : -1,
	    .done = place(s)->done,
	    .may_link = place(s)->may_link,
	    .mode = k->storage.mode,
	    .max_snaplen = k->storage.max_snaplen,
	    .max_file_size = k->storage.max_file_size,
	    .rotate = k->storage.rotate,
	    .close_when_due = k->storage.close_when_due,
	    .header_changes_per_minute = s->config->limits.header_changes_per_minute,
	    .filter = k->storage.table,
	    .local = localtime_r,
	};
	capname_stem(k->name, config_network(k, peer) ? peer : NULL, out->stem);
}

/* The identity is known: the session uses this client's settings from here on. Called once. */
static void become_client(struct session *s, uint32_t client)
{
	struct recorder_settings settings;
	struct recorder_events on;

	s->client = &s->config->clients[client];
	s->name = s->client->name;
	session_entitle(s);
	settings_of(s, &settings);
	session_events(s, &on);
	on.wait_for_room = session_wait_for_room;
	recorder_init(&s->recorder, &settings, &on, &s->channel->page->stats);
}

/* The first byte is there. A TLS record of a handshake begins with 22 (RFC 8446, 5.1). */
static bool not_tls(const struct session *s, char why[NOT_TLS_MAX])
{
	uint8_t first[FRAME_HEADER];
	ssize_t n = recv(s->transport.fd, first, sizeof(first), MSG_PEEK | MSG_DONTWAIT);
	const char *what = n == sizeof(first) ? frame_looks_like(first) : NULL;

	if (n < 1 || first[0] == 22)
		return false;
	if (first[0] <= FRAME_LINK_DATA)
		snprintf(why, NOT_TLS_MAX,
		    "this looks like plain frames: let the client use TLS (osmo-pcap-client: "
		    "enable tls; osmo-pcap-send: --tls), or set tls = false here");
	else
		snprintf(why, NOT_TLS_MAX, "this is no TLS handshake%s%s",
		    what ? ", it looks like " : "", what ? what : "");
	return true;
}

static enum step handshake(struct session *s)
{
	int64_t deadline = session_seconds_after(s->started, s->config->limits.handshake_timeout);
	char reason[80];

	for (;;) {
		switch (transport_tls_handshake(&s->transport, deadline, &s->tls)) {
		case TRANSPORT_DATA:
			return STEP_NEXT;
		case TRANSPORT_QUIET:
			continue;
		case TRANSPORT_SIGNAL:
			session_read_signals(s);
			if (s->stop_since)
				return session_end_stopped(s);
			continue;
		case TRANSPORT_TIMEOUT:
			snprintf(reason, sizeof(reason), "no TLS handshake within %u seconds",
			    s->config->limits.handshake_timeout);
			return session_end_handshake(s, CHILD_TIMEOUT, reason);
		default:
			session_read_signals(
			    s); /* a signal may have ended the wait for the keeper */
			if (s->stop_since)
				return session_end_stopped(s);
			return session_end_handshake(s, CHILD_TLS, s->transport.reason);
		}
	}
}

/* Finds out which of the candidates the peer is: by a TLS handshake, or for a plain connection by
 * its address alone. */
static enum step prove(struct session *s)
{
	char why[NOT_TLS_MAX];

	if (!has_tls(s)) {
		become_client(s, s->candidate[0]);
		return STEP_NEXT;
	}
	if (s->stop_since)
		return session_end_stopped(s);
	if (not_tls(s, why))
		return session_end_handshake(s, CHILD_TLS, why);
	if (!transport_tls(
		&s->transport, s->generation->creds, s->channel->keeper, s->wanted, s->candidates))
		return session_end_handshake(s, CHILD_INTERNAL, "out of memory");
	if (handshake(s) == STEP_END)
		return STEP_END;
	limits_cpu_off(s->cpu_before);
	become_client(s, s->candidate[s->tls.candidate]);
	s->header_deadline =
	    session_seconds_after(io_monotonic_ms(), s->config->limits.handshake_timeout);
	return STEP_NEXT;
}

/* ---- setting up ---- */

/* What the certificate of each candidate must contain. */
static bool want(struct session *s)
{
	s->wanted = calloc(s->candidates, sizeof(*s->wanted));
	for (size_t i = 0; s->wanted && i < s->candidates; i++) {
		const struct config_client *k = &s->config->clients[s->candidate[i]];

		s->wanted[i] = (struct tls_candidate){k->name, &k->certificate};
	}
	return s->wanted;
}

static bool set_up(struct session *s, int fd)
{
	s->name = s->candidates > 1 ? "?" : first_candidate(s)->name;
	s->signals = session_take_signals();
	s->buffer = pages_new(BUFFER);
	if (s->signals < 0 || !s->buffer ||
	    (has_tls(s) && !(want(s) && limits_cpu(HANDSHAKE_CPU, &s->cpu_before)))) {
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
	const struct place *p = place(s);
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

int session_run(int fd, const uint32_t *candidate, size_t candidates, const struct generation *g,
    const struct channel *channel)
{
	struct session s = {
	    .config = g->config,
	    .generation = g,
	    .candidate = candidate,
	    .candidates = candidates,
	    .channel = channel,
	    .started = io_monotonic_ms(),
	};

	peer_format(&channel->peer, s.peer);
	if (!set_up(&s, fd) || !lock_in(&s))
		return CHILD_INTERNAL;
	if (first_byte(&s) == STEP_NEXT && prove(&s) == STEP_NEXT)
		pump(&s);
	if (s.client)
		recorder_free(&s.recorder);
	transport_tls_free(&s.transport);
	free(s.wanted);
	free(s.filter);
	free(s.filter_next);
	pages_free(s.buffer, BUFFER);
	return (int)s.code;
}
