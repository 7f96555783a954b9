/* session_identity: see session_identity.h. */
#include "server/session_identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/io.h"
#include "capture/frame.h"
#include "daemon/rlimits.h"
#include "server/session_end.h"
#include "server/session_signal.h"
#include "server/session_tell.h"

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

bool session_identity_begin(struct session *s)
{
	return !has_tls(s) || (want(s) && limits_cpu(HANDSHAKE_CPU, &s->cpu_before));
}

void session_identity_free(struct session *s)
{
	free(s->wanted);
}

static void settings_of(const struct session *s, struct recorder_settings *out)
{
	const struct config_client *k = s->client;
	const struct addr *peer = &s->channel->peer.addr;

	*out = (struct recorder_settings){
	    .base = k->store ? s->place->base : -1,
	    .done = s->place->done,
	    .may_link = s->place->may_link,
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
			/* a signal may have ended the wait for the keeper */
			session_read_signals(s);
			if (s->stop_since)
				return session_end_stopped(s);
			return session_end_handshake(s, CHILD_TLS, s->transport.reason);
		}
	}
}

enum step session_identity_prove(struct session *s)
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
