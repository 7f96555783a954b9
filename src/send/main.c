/* send_main: osmo-pcap-send, from its options to its exit status.
 *
 * Opens the input and what TLS needs, has the records sent, ends the connection. Refuses to know
 * records. The only file of the sender that exits. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "send/job.h"
#include "send/report.h"
#include "send/stream.h"

static volatile sig_atomic_t stop;

/* Whether the sending ends without a signal: not from an interface, nor in an endless loop; and a
 * pipe's end may never come. */
static bool has_end(const struct send_job *j)
{
	return !j->o->interface && j->source.regular && j->o->loop > 0;
}

/* What was whole is sent whatever came after it, so the connection ends properly even then. */
static int finish(struct send_job *j, enum send_ending e)
{
	bool finished = e != SEND_LOST && send_net_finish(&j->net);

	/* Else it is not known what of it arrived, or nothing was ever meant to. */
	if (finished && (e != SEND_BROKEN || send_net_begun(&j->net)))
		send_report_summary(j);
	if (e == SEND_BROKEN)
		send_report_line(j, j->error);
	if (!finished)
		send_report_line(j, j->net.link.error);
	if (e == SEND_INTERRUPTED && finished && has_end(j)) {
		snprintf(j->error, sizeof(j->error), "interrupted before the end of %.200s",
		    j->source.name);
		send_report_line(j, j->error);
		return EXITCODE_FAILURE;
	}
	return finished && e != SEND_BROKEN && !j->left_out ? EXITCODE_OK : EXITCODE_FAILURE;
}

/* ---- start ---- */

static bool load_tls(struct send_job *j)
{
	if (!j->o->tls)
		return true;
	j->tls = send_tls_new(&j->o->secure, j->error, sizeof(j->error));
	return j->tls;
}

static bool open_input(struct send_job *j)
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

static void prepare(struct send_job *j)
{
	const struct send_options *o = j->o;
	uint64_t total = !o->interface && o->loop > 0 ? j->source.size * o->loop : 0;

	j->begun = send_link_now();
	j->pace = (struct send_pace){.rate = o->rate};
	send_cut_init(&j->cut, o->snaplen);
	progress_init(&j->progress, !o->quiet, total, j->begun);
	j->net.link.host = o->host;
	j->net.link.port = o->port;
	j->net.link.source = o->source;
	j->net.link.source_zone = o->source_zone;
	j->net.link.reconnect = o->reconnect;
	j->net.link.confirm = o->confirm;
	j->net.link.open = j->tls ? send_tls_open : NULL;
	j->net.link.opener = j->tls;
	j->net.link.stop = &stop;
	j->net.link.tick = j->progress.on ? send_report_progress : NULL;
	j->net.link.notice = send_report_line;
	j->net.link.context = j;
}

int main(int argc, char **argv)
{
	static struct send_job j;
	struct send_options o;
	int status;

	/* First, so that no descriptor opened below is taken for a standard one. */
	if (!io_fill_standard()) {
		fprintf(stderr, "osmo-pcap-send: /dev/null: %s\n", strerror(errno));
		return EXITCODE_FAILURE;
	}
	send_options_read(&o, argc, argv);
	j.o = &o;
	if (load_tls(&j) && open_input(&j)) {
		prepare(&j);
		/* After opening the input: a FIFO without a writer is left by the default action.
		 */
		take_signals(&j.net.link.wait_mask);
		status = finish(&j, send_stream(&j));
	} else {
		send_report_line(&j, j.error);
		status = EXITCODE_FAILURE;
	}
	send_net_close(&j.net);
	send_tls_free(j.tls);
	if (o.interface)
		send_live_close(&j.live);
	else
		send_source_close(&j.source);
	return status;
}
