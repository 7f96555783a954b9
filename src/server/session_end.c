/* session_end: see session_end.h. */
#include "server/session_end.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/io.h"
#include "server/session_tell.h"

/* A file whose time shall be over without a packet is looked at as often as this, because poll()
 * does not notice that the clock is set. */
#define LOOK_SECONDS 60

/* Ends that the peer knows of, or that leave nothing untold, are plain. */
static bool refusal(enum child_exit code)
{
	return code != CHILD_FINISHED && code != CHILD_STOPPED && code != CHILD_CONNECTION;
}

static enum step ended(struct session *s, enum child_exit code, const char *reason)
{
	if (refusal(code))
		transport_refuse(&s->transport, code == CHILD_STORAGE || code == CHILD_INTERNAL);
	session_closed(s, code, reason);
	s->code = code;
	return STEP_END;
}

/* Without a client the recorder is not initialised yet: its descriptors would be 0. */
static void close_file(struct session *s, const char *why)
{
	if (!s->client)
		return;
	if (s->recorder.out.dropping) /* and no new settings have been told of any more */
		session_dropped(s);
	recorder_close_file(&s->recorder, why);
}

enum step session_end_refused(struct session *s)
{
	session_rejected(s, s->recorder.reason);
	close_file(s, "error");
	return ended(s, CHILD_PROTOCOL, "the stream was refused");
}

enum step session_end_storage(struct session *s)
{
	int unread = 0;

	ioctl(s->transport.fd, FIONREAD, &unread);
	session_lost(s, unread);
	close_file(s, "error");
	return ended(s, CHILD_STORAGE, s->recorder.reason);
}

static enum step end_timeout(struct session *s, const char *reason)
{
	session_rejected(s, reason);
	close_file(s, "error");
	return ended(s, CHILD_TIMEOUT, reason);
}

enum step session_end_of_stream(struct session *s)
{
	char reason[80];

	if (s->have == 0) {
		close_file(s, "closed");
		if (s->client && !s->recorder.out.doubtful)
			transport_confirm(&s->transport);
		return ended(s, CHILD_FINISHED, "peer closed the connection");
	}
	snprintf(
	    reason, sizeof(reason), "truncated: the peer closed %zu bytes into a frame", s->have);
	session_rejected(s, reason);
	close_file(s, "error");
	return ended(s, CHILD_PROTOCOL, "the stream was truncated");
}

enum step session_end_stopped(struct session *s)
{
	close_file(s, s->stop_why);
	return ended(s, CHILD_STOPPED, s->stop_why);
}

enum step session_end_connection(struct session *s, bool invalid)
{
	char reason[sizeof(s->transport.reason) + 32];

	snprintf(reason, sizeof(reason), "%s%s",
	    invalid ? "" : "the connection broke: ", s->transport.reason);
	if (s->have > 0 || invalid)
		session_rejected(s, reason);
	close_file(s, "error");
	return ended(s, invalid ? CHILD_PROTOCOL : CHILD_CONNECTION, reason);
}

/* ---- deadlines ---- */

int64_t session_seconds_after(int64_t since, unsigned seconds)
{
	return since + (int64_t)seconds * 1000;
}

int64_t session_deadline(const struct session *s)
{
	const struct config_own_limits *l;

	if (!s->established)
		return s->header_deadline;
	l = &s->client->own_limits;
	if (s->frame_since)
		return session_seconds_after(s->frame_since, l->frame_timeout);
	if (l->idle_timeout)
		return session_seconds_after(
		    (int64_t)s->channel->page->stats.heard_ms, l->idle_timeout);
	return TRANSPORT_FOREVER;
}

int64_t session_wake(const struct session *s, int64_t deadline)
{
	time_t left;
	int64_t wake;

	if (!s->recorder.out.set.close_when_due)
		return deadline;
	left = recorder_time_left(&s->recorder, time(NULL));
	if (left == RECORDER_FOREVER)
		return deadline;
	wake = io_monotonic_ms() + (left < LOOK_SECONDS ? left : LOOK_SECONDS) * 1000;
	return wake < deadline ? wake : deadline;
}

enum step session_end_late(struct session *s)
{
	const struct config_own_limits *l;
	char reason[96];

	if (!s->established) {
		snprintf(reason, sizeof(reason), "no link header within %u seconds",
		    s->config->limits.handshake_timeout);
		return end_timeout(s, reason);
	}
	l = &s->client->own_limits;
	if (s->frame_since) {
		snprintf(reason, sizeof(reason), "a frame took longer than %u seconds",
		    l->frame_timeout);
		return end_timeout(s, reason);
	}
	snprintf(reason, sizeof(reason), "no frame for %u seconds", l->idle_timeout);
	close_file(s, "closed");
	return ended(s, CHILD_FINISHED, reason); /* idle-timeout is configured: not an error */
}

/* ---- before the identity is known ---- */

enum step session_end_handshake(struct session *s, enum child_exit code, const char *reason)
{
	session_rejected(s, reason);
	return ended(s, code, "the TLS handshake failed");
}

enum step session_end_empty(struct session *s)
{
	return ended(s, CHILD_FINISHED, "peer closed the connection without a byte");
}
