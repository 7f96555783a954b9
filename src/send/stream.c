/* send_stream: see stream.h. */
#include "send/stream.h"

#include <inttypes.h>
#include <stdio.h>

#include "send/report.h"

static bool wait_until_due(struct send_job *j, const struct send_record *r)
{
	int64_t now = send_link_now();
	int64_t due = send_pace_due(&j->pace, r->timed, r->time_ns, now);

	if (due <= now)
		return true;
	return send_net_flush(&j->net) && send_net_wait(&j->net, -1, due);
}

static enum send_got next_record(struct send_job *j, struct send_record *r)
{
	return j->o->interface ? send_live_next(&j->live, r) : send_source_next(&j->source, r);
}

static enum send_ending input_wrong(struct send_job *j, const struct send_record *r)
{
	snprintf(j->error, sizeof(j->error), "%.200s: at byte %" PRIu64 ": %s", send_job_input(j),
	    r->offset, j->cut.why);
	return SEND_BROKEN;
}

/* One line for the first; the summary has their count. */
static enum send_ending skip(struct send_job *j, const struct send_record *r)
{
	if (j->cut.skipped == 1)
		send_report_input(j, r->offset,
		    "%s of %zu bytes is left out: a frame holds %d, and it cannot be cut to that",
		    r->what == SEND_PACKET ? "a packet with its options" : "a block", r->len,
		    FRAME_PAYLOAD_MAX);
	j->left_out = true;
	return SEND_GOING_ON;
}

/* At the end of a section. One that has blocks but no interface has lost it, or never was a
 * capture. */
static void look_for_interface(struct send_job *j, uint64_t end)
{
	if (j->cut.bare > 0 && !j->left_out)
		send_report_input(j, end,
		    "end of a section that describes no interface, so that no packet can be among "
		    "its blocks (%" PRIu64 ")",
		    j->cut.bare);
	j->left_out = j->left_out || j->cut.bare > 0;
	j->cut.bare = 0;
}

static enum send_ending send_record(struct send_job *j, struct send_record *r)
{
	bool ok = true;

	if (r->what == SEND_HEADER) {
		look_for_interface(j, r->offset);
		if (!send_cut_header(&j->cut, r->data, r->len))
			return input_wrong(j, r);
		return send_net_header(&j->net, r->data, r->len) ? SEND_GOING_ON : SEND_LOST;
	}
	switch (send_cut_record(&j->cut, r->data, &r->len)) {
	case SEND_MALFORMED:
		return input_wrong(j, r);
	case SEND_SKIP:
		return skip(j, r);
	case SEND_FITS:
		break;
	}
	if (r->what == SEND_INTERFACE)
		return send_net_interface(&j->net, r->data, r->len) ? SEND_GOING_ON : SEND_LOST;
	if (r->what == SEND_PACKET) {
		if (j->o->rate > 0 || j->o->original)
			ok = wait_until_due(j, r);
		j->packets++;
	}
	return ok && send_net_data(&j->net, r->data, r->len) ? SEND_GOING_ON : SEND_LOST;
}

/* The input has nothing more at this moment: what was collected is sent now. */
static enum send_ending pause_input(struct send_job *j)
{
	int fd = j->o->interface ? j->live.fd : j->source.fd;
	int64_t deadline = -1;

	if (j->o->interface && j->live.timeout_ns >= 0)
		deadline = send_link_now() + j->live.timeout_ns;
	return send_net_flush(&j->net) && send_net_wait(&j->net, fd, deadline) ? SEND_GOING_ON
									       : SEND_LOST;
}

static enum send_ending next_pass(struct send_job *j)
{
	/* Without a packet in it there is nothing to repeat, and it would be for ever at once. */
	bool empty = j->packets == j->pass_packets;

	look_for_interface(j, send_source_done(&j->source));
	j->passes++;
	j->pass_packets = j->packets;
	if (empty || j->passes == j->o->loop)
		return SEND_ENDED;
	if (!send_source_rewind(&j->source)) {
		snprintf(j->error, sizeof(j->error), "%s", j->source.error);
		return SEND_BROKEN;
	}
	send_pace_again(&j->pace);
	return SEND_GOING_ON;
}

enum send_ending send_stream(struct send_job *j)
{
	enum send_ending e = SEND_GOING_ON;

	while (e == SEND_GOING_ON) {
		struct send_record r;

		if (*j->net.link.stop)
			return SEND_INTERRUPTED;
		switch (next_record(j, &r)) {
		case SEND_GOT:
			e = send_record(j, &r);
			break;
		case SEND_PAUSE:
			e = pause_input(j);
			break;
		case SEND_END:
			e = next_pass(j);
			break;
		case SEND_FAILED:
			snprintf(j->error, sizeof(j->error), "%s",
			    j->o->interface ? j->live.error : j->source.error);
			return SEND_BROKEN;
		}
	}
	return e;
}
