/* send_report: see report.h. */
#include "send/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void send_report_line(void *job, const char *text)
{
	struct send_job *j = job;

	progress_clear(&j->progress);
	fprintf(stderr, "osmo-pcap-send: %s\n", text);
}

void send_report_input(struct send_job *j, uint64_t offset, const char *fmt, ...)
{
	char text[512];
	int n = snprintf(
	    text, sizeof(text), "%.200s: at byte %" PRIu64 ": ", send_job_input(j), offset);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	send_report_line(j, text);
}

void send_report_progress(void *job, int64_t now)
{
	struct send_job *j = job;

	progress_draw(&j->progress, now, j->passes * j->source.size + send_source_done(&j->source),
	    j->packets, j->net.link.bytes);
}

void send_report_summary(struct send_job *j)
{
	double seconds = (double)(send_link_now() - j->begun) / 1e9;
	uint64_t dropped;

	progress_clear(&j->progress);
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
