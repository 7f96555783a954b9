/* session_stream: see session_stream.h. */
#include "server/session_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "base/pages.h"
#include "server/session_end.h"
#include "server/session_signal.h"
#include "server/session_tell.h"

/* Bytes of the receive buffer. It holds the largest frame, and enough more that a busy stream costs
 * few system calls, but fits into a second-level cache of 1 MiB. Only pages that a read has filled
 * take memory. */
#define BUFFER (768 * 1024)

bool session_stream_begin(struct session *s)
{
	s->buffer = pages_new(BUFFER);
	return s->buffer;
}

void session_stream_free(struct session *s)
{
	pages_free(s->buffer, BUFFER);
	free(s->filter);
	free(s->filter_next);
}

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
	recorder_change(&s->recorder, &s->live, s->place->base, filter);
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

enum step session_stream_run(struct session *s)
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
