/* session: see session.h. */
#include "server/session_inside.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "capture/frame.h"
#include "base/io.h"
#include "base/pages.h"
#include "server/report.h"
#include "server/roles.h"

/* Holds the largest frame, and so much more that a busy stream costs few system calls, but no more
 * than a second-level cache of a megabyte holds. Of its pages only those are there that a read has
 * filled. */
#define BUFFER (768 * 1024)

/* A child that cannot write although it was told to stop gives up after this. */
#define STOP_PATIENCE_MS 5000

/* ---- signals ---- */

/* They stay blocked and are read like everything else, so no handler runs between two lines of
 * this file, and a peer that sends without a pause cannot starve them. */
static int take_signals(void)
{
	static const int wanted[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	static const int ignored[] = {SIGQUIT, SIGUSR2, SIGPIPE, SIGXFSZ};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, normal = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		sigaction(wanted[i], &normal, NULL);
		sigaddset(&set, wanted[i]);
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		sigaction(ignored[i], &ignore, NULL);
	sigaction(SIGCHLD, &normal, NULL);
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Told to stop: the master has said why before it sent the signal. */
static void note_stop(struct session *s)
{
	char order = ORDER_STOP;

	if (s->stop_since && !s->patient)
		return;
	if (s->channel->fd >= 0 && recv(s->channel->fd, &order, 1, MSG_DONTWAIT) != 1)
		order = ORDER_STOP;
	s->stop_since = io_monotonic_ms();
	s->stop_why = order_text(order);
	s->patient = order_is_patient(order);
}

static void read_signals(struct session *s)
{
	struct signalfd_siginfo si;

	while (read(s->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP || si.ssi_signo == SIGUSR1)
			s->new_file_wanted = true;
		else
			note_stop(s);
	}
}

/* ---- a full disk ---- */

static bool on_wait_for_room(void *context, int error, unsigned attempt)
{
	struct session *s = context;
	struct pollfd p = {.fd = s->signals, .events = POLLIN};

	s->channel->stats->waiting = true;
	if (attempt == 0)
		log_line(LVL_ERROR, "error client=%s reason=%s", s->name,
		    LOG_QUOTE(error == EDQUOT ? "the quota is used up: waiting for room"
					      : "the disk is full: waiting for room"));
	poll(&p, 1, attempt < 4 ? 50 << attempt : 1000);
	read_signals(s);
	return !s->stop_since || s->patient || io_monotonic_ms() - s->stop_since < STOP_PATIENCE_MS;
}

/* ---- ends ---- */

static int end_refused(struct session *s)
{
	session_rejected(s, s->recorder.reason);
	recorder_close_file(&s->recorder, "error");
	return session_closed(s, CHILD_PROTOCOL, "the stream was refused");
}

static int end_storage(struct session *s)
{
	int unread = 0;

	ioctl(s->transport.fd, FIONREAD, &unread);
	log_line(LVL_ERROR, "error client=%s reason=%s lost-records=%" PRIu64 " unread-bytes=%d",
	    s->name, LOG_QUOTE(s->recorder.reason), s->recorder.lost, unread);
	recorder_close_file(&s->recorder, "error");
	return session_closed(s, CHILD_STORAGE, s->recorder.reason);
}

static int end_timeout(struct session *s, const char *reason)
{
	session_rejected(s, reason);
	recorder_close_file(&s->recorder, "error");
	return session_closed(s, CHILD_TIMEOUT, reason);
}

static int end_of_stream(struct session *s)
{
	char reason[80];

	if (s->have == 0) {
		recorder_close_file(&s->recorder, "closed");
		return session_closed(s, CHILD_FINISHED, "peer closed the connection");
	}
	snprintf(
	    reason, sizeof(reason), "truncated: the peer closed %zu bytes into a frame", s->have);
	session_rejected(s, reason);
	recorder_close_file(&s->recorder, "error");
	return session_closed(s, CHILD_PROTOCOL, "the stream was truncated");
}

static int end_stopped(struct session *s)
{
	recorder_close_file(&s->recorder, s->stop_why);
	return session_closed(s, CHILD_STOPPED, s->stop_why);
}

static int end_connection(struct session *s, bool invalid)
{
	char reason[sizeof(s->transport.reason) + 32];

	snprintf(reason, sizeof(reason), "%s%s",
	    invalid ? "" : "the connection broke: ", s->transport.reason);
	if (s->have > 0 || invalid)
		session_rejected(s, reason);
	recorder_close_file(&s->recorder, "error");
	return session_closed(s, invalid ? CHILD_PROTOCOL : CHILD_CONNECTION, reason);
}

/* ---- deadlines ---- */

static int64_t seconds_after(int64_t since, unsigned seconds)
{
	return since + (int64_t)seconds * 1000;
}

static int64_t next_deadline(const struct session *s)
{
	const struct config_limits *l = &s->config->limits;

	if (!s->established)
		return s->header_deadline;
	if (s->frame_since)
		return seconds_after(s->frame_since, l->frame_timeout);
	if (l->idle_timeout)
		return seconds_after(s->quiet_since, l->idle_timeout);
	return TRANSPORT_FOREVER;
}

static int deadline_passed(struct session *s)
{
	const struct config_limits *l = &s->config->limits;
	char reason[96];

	if (!s->established) {
		snprintf(reason, sizeof(reason), "no link header within %u seconds",
		    l->handshake_timeout);
		return end_timeout(s, reason);
	}
	if (s->frame_since) {
		snprintf(reason, sizeof(reason), "a frame took longer than %u seconds",
		    l->frame_timeout);
		return end_timeout(s, reason);
	}
	snprintf(reason, sizeof(reason), "no frame for %u seconds", l->idle_timeout);
	recorder_close_file(&s->recorder, "closed");
	return session_closed(s, CHILD_FINISHED, reason); /* as configured, and nobody's fault */
}

/* ---- the stream ---- */

/* Feeds what is in the buffer and keeps the frame that is not whole yet. */
static enum recorder_status feed(struct session *s)
{
	size_t used;
	enum recorder_status st =
	    recorder_feed(&s->recorder, s->buffer, s->have, time(NULL), &used);

	s->have -= used;
	memmove(s->buffer, s->buffer + used, s->have);
	/* Clocks start after the feeding: waiting for our own disk is not the peer's fault. */
	if (used > 0) {
		s->frame_since = 0;
		s->quiet_since = io_monotonic_ms();
	}
	if (s->have > 0 && s->frame_since == 0)
		s->frame_since = io_monotonic_ms();
	return st;
}

/* Reads more into the buffer, which is not there while nothing comes. */
static enum transport_status read_more(struct session *s, size_t *got)
{
	int64_t deadline = next_deadline(s);

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

/* Nothing comes: what it took to receive and to log is given back. */
static void give_back(struct session *s)
{
	if (s->have > 0)
		return;
	pages_free(s->buffer, BUFFER);
	s->buffer = NULL;
	pages_trim_stack();
}

static int pump(struct session *s)
{
	for (;;) {
		enum transport_status st;
		size_t got = 0;
		bool late;

		if (s->stop_since)
			transport_drain(&s->transport);
		if (s->new_file_wanted) {
			s->new_file_wanted = false;
			recorder_close_file(&s->recorder, "reload");
		}
		late = io_monotonic_ms() >= next_deadline(s);
		st = read_more(s, &got);
		switch (st) {
		case TRANSPORT_DATA:
			break;
		case TRANSPORT_QUIET:
			give_back(s);
			continue;
		case TRANSPORT_SIGNAL:
			read_signals(s);
			continue;
		case TRANSPORT_EOF:
			return end_of_stream(s);
		case TRANSPORT_DRAINED:
			return end_stopped(s);
		case TRANSPORT_TIMEOUT:
			return deadline_passed(s);
		case TRANSPORT_INVALID:
		case TRANSPORT_ERROR:
			return end_connection(s, st == TRANSPORT_INVALID);
		}
		s->have += got;
		switch (feed(s)) {
		case RECORDER_OK:
			break;
		case RECORDER_PROTOCOL:
			return end_refused(s);
		case RECORDER_STORAGE:
			return end_storage(s);
		}
		/* what had come in time was read, and was not enough */
		if (late && io_monotonic_ms() >= next_deadline(s))
			return deadline_passed(s);
	}
}

static void settings_of(const struct session *s, const struct generation *g, size_t client,
    const struct addr *peer, struct recorder_settings *out)
{
	const struct config_client *k = s->client;
	*out = (struct recorder_settings){
	    .base = k->store ? g->place[client].base : -1,
	    .done = g->place[client].done,
	    .mode = k->storage.mode,
	    .max_snaplen = k->storage.max_snaplen,
	    .max_file_size = k->storage.max_file_size,
	    .rotate = k->storage.rotate,
	    .header_changes_per_minute = s->config->limits.header_changes_per_minute,
	    .local = localtime_r,
	};
	capname_stem(k->name, config_network(k, peer) ? peer : NULL, out->stem);
}

static int first_byte(struct session *s)
{
	int64_t deadline = seconds_after(s->started, s->config->limits.handshake_timeout);

	s->header_deadline = deadline;
	for (;;) {
		switch (transport_first_byte(&s->transport, deadline)) {
		case TRANSPORT_DATA:
			session_connected(s);
			return -1;
		case TRANSPORT_EOF:
			return session_closed(
			    s, CHILD_FINISHED, "peer closed the connection without a byte");
		case TRANSPORT_TIMEOUT:
			return deadline_passed(s);
		case TRANSPORT_SIGNAL:
			read_signals(s);
			if (s->stop_since)
				return -1; /* what is queued already is still taken */
			continue;
		default:
			return end_connection(s, false);
		}
	}
}

/* ---- TLS ---- */

static int end_handshake(struct session *s, enum child_exit code, const char *reason)
{
	session_rejected(s, reason);
	return session_closed(s, code, "the TLS handshake failed");
}

/* The first byte is there. A TLS record of a handshake begins with 22 (RFC 8446, 5.1). */
static const char *not_tls(const struct session *s)
{
	uint8_t first = 22;

	if (recv(s->transport.fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1 || first == 22)
		return NULL;
	return first <= FRAME_LINK_DATA
		   ? "this looks like plain frames: enable tls on the client, or tls = false here"
		   : "this is no TLS handshake";
}

static int handshake(struct session *s)
{
	int64_t deadline = seconds_after(s->started, s->config->limits.handshake_timeout);
	char reason[80];

	for (;;) {
		switch (transport_tls_handshake(&s->transport, deadline, &s->tls)) {
		case TRANSPORT_DATA:
			return -1;
		case TRANSPORT_QUIET:
			continue;
		case TRANSPORT_SIGNAL:
			read_signals(s);
			if (s->stop_since)
				return end_stopped(s);
			continue;
		case TRANSPORT_TIMEOUT:
			snprintf(reason, sizeof(reason), "no TLS handshake within %u seconds",
			    s->config->limits.handshake_timeout);
			return end_handshake(s, CHILD_TIMEOUT, reason);
		default:
			read_signals(s); /* waiting for the keeper may have ended by one */
			if (s->stop_since)
				return end_stopped(s);
			return end_handshake(s, CHILD_TLS, s->transport.reason);
		}
	}
}

static void record_for(struct session *s, uint32_t client);

/* Who is it, among the candidates? -1 when that is known. */
static int prove(struct session *s)
{
	const char *why;
	int code;

	if (!s->client->tls)
		return -1;
	if (s->stop_since)
		return end_stopped(s);
	why = not_tls(s);
	if (why)
		return end_handshake(s, CHILD_TLS, why);
	if (!transport_tls(
		&s->transport, s->generation->creds, s->channel->keeper, s->wanted, s->candidates))
		return end_handshake(s, CHILD_INTERNAL, "out of memory");
	code = handshake(s);
	if (code >= 0)
		return code;
	record_for(s, s->candidate[s->tls.candidate]);
	s->header_deadline = seconds_after(io_monotonic_ms(), s->config->limits.handshake_timeout);
	return -1;
}

/* ---- setting up ---- */

/* From here on it is that client. */
static void record_for(struct session *s, uint32_t client)
{
	struct recorder_settings settings;
	struct recorder_events on;

	s->client = &s->config->clients[client];
	s->name = s->client->name;
	settings_of(s, s->generation, client, &s->channel->peer, &settings);
	session_events(s, &on);
	on.wait_for_room = on_wait_for_room;
	recorder_init(&s->recorder, &settings, &on, s->channel->stats);
}

/* What a certificate must say. */
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
	record_for(s, s->candidate[0]);
	if (s->candidates > 1)
		s->name = "?";
	s->signals = take_signals();
	s->buffer = pages_new(BUFFER);
	if (s->signals < 0 || !s->buffer || (s->client->tls && !want(s))) {
		log_line(LVL_ERROR, "error client=%s peer=%s reason=%s", s->name, s->peer,
		    LOG_QUOTE(strerror(errno)));
		return false;
	}
	transport_init(&s->transport, fd, s->signals, s->config->limits.keepalive);
	transport_plain(&s->transport);
	return true;
}

/* The last thing before the first byte: from here on nothing can be opened but new capture files.
 */
static bool lock_in(const struct session *s)
{
	const struct place *p = generation_place(s->generation, s->candidate, s->candidates);

	if (roles_enter_session(p->base, p->done, p->rules))
		return true;
	log_line(LVL_ERROR, "error client=%s peer=%s reason=%s", s->name, s->peer,
	    LOG_QUOTE(session_error("the sandbox cannot be entered", errno).s));
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
	int code;

	addr_format_peer(&channel->peer, channel->port, s.peer);
	if (!set_up(&s, fd) || !lock_in(&s))
		return CHILD_INTERNAL;
	code = first_byte(&s);
	if (code < 0)
		code = prove(&s);
	if (code < 0)
		code = pump(&s);
	recorder_free(&s.recorder);
	transport_tls_free(&s.transport);
	free(s.wanted);
	pages_free(s.buffer, BUFFER);
	return code;
}
