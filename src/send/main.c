/* send_main: osmo-pcap-send, from its options to its exit status.
 *
 * Takes records from a capture file, standard input or an interface, has them cut to size, waits
 * until they are due, and gives them to the connection. Refuses to look into records, and to do
 * more with descriptors than to pass them on. The only file of the sender that exits. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "send/fit.h"
#include "send/live.h"
#include "send/net.h"
#include "send/options.h"
#include "send/pace.h"
#include "send/progress.h"
#include "send/source.h"
#include "send/tls.h"

/* How the stream of records ended. */
enum ending {
	ENDED,       /* all was given to the connection */
	INTERRUPTED, /* a signal, between two records */
	BROKEN,      /* the input cannot go on; job.error */
	LOST,        /* the connection cannot; net.error */
	GOING_ON,
};

struct job {
	const struct send_options *o;
	struct send_source source; /* without an interface */
	struct send_live live;     /* with one */
	struct send_cut cut;
	struct send_tls *tls; /* NULL: plain */
	struct send_net net;
	struct send_progress progress;
	struct send_pace pace;
	uint64_t packets;
	uint64_t passes, pass_packets;
	int64_t begun;
	char error[768];
};

static volatile sig_atomic_t stop;

/* ---- messages ---- */

static void say(void *context, const char *text)
{
	struct job *j = context;

	send_progress_clear(&j->progress);
	fprintf(stderr, "osmo-pcap-send: %s\n", text);
}

static void show_progress(void *context, int64_t now)
{
	struct job *j = context;

	send_progress_draw(&j->progress, now,
	    j->passes * j->source.size + send_source_done(&j->source), j->packets,
	    j->net.link.bytes);
}

static void summary(struct job *j)
{
	double seconds = (double)(send_link_now() - j->begun) / 1e9;
	uint64_t dropped;

	send_progress_clear(&j->progress);
	if (j->o->quiet)
		return;
	fprintf(stderr, "sent packets=%" PRIu64 " bytes=%" PRIu64 " seconds=%.3f", j->packets,
	    j->net.link.bytes, seconds);
	if (j->cut.cut > 0)
		fprintf(stderr, " cut=%" PRIu64, j->cut.cut);
	if (j->cut.skipped > 0)
		fprintf(stderr, " skipped=%" PRIu64, j->cut.skipped);
	if (j->o->interface && send_live_dropped(&j->live, &dropped))
		fprintf(stderr, " dropped=%" PRIu64, dropped);
	fputc('\n', stderr);
}

static bool wait_until_due(struct job *j, const struct send_record *r)
{
	int64_t now = send_link_now();
	int64_t due = send_pace_due(&j->pace, r->timed, r->time_ns, now);

	if (due <= now)
		return true;
	return send_net_flush(&j->net) && send_net_wait(&j->net, -1, due);
}

/* ---- the stream of records ---- */

static enum send_got next_record(struct job *j, struct send_record *r)
{
	return j->o->interface ? send_live_next(&j->live, r) : send_source_next(&j->source, r);
}

static enum ending input_wrong(struct job *j, const struct send_record *r)
{
	snprintf(j->error, sizeof(j->error), "%.200s: at byte %" PRIu64 ": %s",
	    j->o->interface ? j->o->interface : j->source.name, r->offset, j->cut.why);
	return BROKEN;
}

static enum ending send_record(struct job *j, struct send_record *r)
{
	bool ok = true;

	if (r->what == SEND_HEADER) {
		if (!send_cut_header(&j->cut, r->data, r->len))
			return input_wrong(j, r);
		return send_net_header(&j->net, r->data, r->len) ? GOING_ON : LOST;
	}
	switch (send_cut_record(&j->cut, r->data, &r->len)) {
	case SEND_MALFORMED:
		return input_wrong(j, r);
	case SEND_SKIP:
		return GOING_ON;
	case SEND_FITS:
		break;
	}
	if (r->what == SEND_INTERFACE)
		return send_net_interface(&j->net, r->data, r->len) ? GOING_ON : LOST;
	if (r->what == SEND_PACKET) {
		if (j->o->rate > 0 || j->o->original)
			ok = wait_until_due(j, r);
		j->packets++;
	}
	return ok && send_net_data(&j->net, r->data, r->len) ? GOING_ON : LOST;
}

/* The input has nothing more at this moment: what was collected is sent now. */
static enum ending pause_input(struct job *j)
{
	int fd = j->o->interface ? j->live.fd : j->source.fd;
	int64_t deadline = -1;

	if (j->o->interface && j->live.timeout_ns >= 0)
		deadline = send_link_now() + j->live.timeout_ns;
	return send_net_flush(&j->net) && send_net_wait(&j->net, fd, deadline) ? GOING_ON : LOST;
}

static enum ending next_pass(struct job *j)
{
	/* Without a packet in it there is nothing to repeat, and it would be for ever at once. */
	bool empty = j->packets == j->pass_packets;

	j->passes++;
	j->pass_packets = j->packets;
	if (empty || j->passes == j->o->loop)
		return ENDED;
	if (!send_source_rewind(&j->source)) {
		snprintf(j->error, sizeof(j->error), "%s", j->source.error);
		return BROKEN;
	}
	send_pace_again(&j->pace);
	return GOING_ON;
}

static enum ending send_all(struct job *j)
{
	enum ending e = GOING_ON;

	while (e == GOING_ON) {
		struct send_record r;

		if (stop)
			return INTERRUPTED;
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
			return BROKEN;
		}
	}
	return e;
}

/* What was whole is sent whatever came after it, so the connection ends properly even then. */
static enum send_exit finish(struct job *j, enum ending e)
{
	bool finished = e != LOST && send_net_finish(&j->net);

	/* Else it is not known what of it arrived, or nothing was ever meant to. */
	if (finished && (e != BROKEN || send_net_begun(&j->net)))
		summary(j);
	if (e == BROKEN)
		say(j, j->error);
	if (!finished)
		say(j, j->net.link.error);
	if (e == INTERRUPTED && finished && !j->o->interface && j->source.regular) {
		snprintf(j->error, sizeof(j->error), "interrupted before the end of %.200s",
		    j->source.name);
		say(j, j->error);
		return SEND_EXIT_FAILED;
	}
	return finished && e != BROKEN ? SEND_EXIT_OK : SEND_EXIT_FAILED;
}

/* ---- start ---- */

static bool load_tls(struct job *j)
{
	if (!j->o->tls)
		return true;
	j->tls = send_tls_new(&j->o->secure, j->error, sizeof(j->error));
	return j->tls;
}

static bool open_input(struct job *j)
{
	const struct send_options *o = j->o;

	if (o->interface) {
		if (send_live_open(&j->live, o->interface, o->snaplen, o->filter))
			return true;
		snprintf(j->error, sizeof(j->error), "%s", j->live.error);
		return false;
	}
	if (!send_source_open(&j->source, o->file)) {
		snprintf(j->error, sizeof(j->error), "%s", j->source.error);
		return false;
	}
	if (o->looped && !j->source.regular) {
		snprintf(
		    j->error, sizeof(j->error), "%.200s: --loop needs a regular file", o->file);
		return false;
	}
	return true;
}

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* Blocked except while send_link waits. A second signal kills, so that SIGKILL is not needed when
 * the server does not answer. */
static void take_signals(sigset_t *wait_mask)
{
	struct sigaction end = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, wait_mask);
	sigdelset(wait_mask, SIGINT);
	sigdelset(wait_mask, SIGTERM);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void prepare(struct job *j)
{
	const struct send_options *o = j->o;
	uint64_t total = !o->interface && o->loop > 0 ? j->source.size * o->loop : 0;

	j->begun = send_link_now();
	j->pace = (struct send_pace){.rate = o->rate};
	send_cut_init(&j->cut, o->snaplen);
	send_progress_init(&j->progress, !o->quiet, total, j->begun);
	j->net.link.host = o->host;
	j->net.link.port = o->port;
	j->net.link.source = o->source;
	j->net.link.reconnect = o->reconnect;
	j->net.link.open = j->tls ? send_tls_open : NULL;
	j->net.link.opener = j->tls;
	j->net.link.stop = &stop;
	j->net.link.tick = j->progress.on ? show_progress : NULL;
	j->net.link.notice = say;
	j->net.link.context = j;
}

int main(int argc, char **argv)
{
	static struct job j;
	struct send_options o;
	enum send_exit status;

	/* First, so that no descriptor opened below is taken for a standard one. */
	if (!io_fill_standard()) {
		fprintf(stderr, "osmo-pcap-send: /dev/null: %s\n", strerror(errno));
		return SEND_EXIT_FAILED;
	}
	status = send_options_read(&o, argc, argv);
	if (status != SEND_EXIT_NOT_YET)
		return status;
	j.o = &o;
	if (load_tls(&j) && open_input(&j)) {
		prepare(&j);
		/* After opening the input: a FIFO without a writer is left by the default action.
		 */
		take_signals(&j.net.link.wait_mask);
		status = finish(&j, send_all(&j));
	} else {
		say(&j, j.error);
		status = SEND_EXIT_FAILED;
	}
	send_net_close(&j.net);
	send_tls_free(j.tls);
	if (o.interface)
		send_live_close(&j.live);
	else
		send_source_close(&j.source);
	return status;
}
