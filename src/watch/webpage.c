/* webpage: see webpage.h. */
#include "watch/webpage.h"

#include <inttypes.h>
#include <string.h>

#include "view/chart.h"
#include "base/moment.h"
#include "view/page.h"
#include "watch/numbers.h"
#include "watch/statewords.h"

/* ---- cells ---- */

static void cell(FILE *to, const char *class, const char *text)
{
	fputs(*class ? "<td class=\"" : "<td", to);
	if (*class)
		fprintf(to, "%s\"", class);
	putc('>', to);
	page_text(text, to);
	fputs("</td>", to);
}

static void number(FILE *to, const char *text)
{
	cell(to, "n", text);
}

static const char *class_of(enum snapshot_state state)
{
	static const char *const name[] = {
	    [STATEWORDS_GOOD] = "good", [STATEWORDS_GONE] = "gone", [STATEWORDS_BAD] = "bad"};

	return name[statewords_mood(state)];
}

#define PEER_MAX (2 * STATUS_PEER_MAX + 5)

static const char *peer_of(const struct snapshot_client *c, char out[PEER_MAX])
{
	if (c->sessions == 1)
		snprintf(out, PEER_MAX, "%s%s%s", c->session->peer, *c->session->via ? " via " : "",
		    c->session->via);
	else
		snprintf(out, PEER_MAX, c->sessions > 1 ? "%zu peers" : "-", c->sessions);
	return out;
}

static void print_client(const struct snapshot *s, const struct snapshot_client *c, FILE *to)
{
	char text[NUMBERS_MAX], bytes[CHART_BYTES_MAX], peer[PEER_MAX];
	bool there = c->sessions > 0, rated = there || c->packet_rate > 0;

	fputs("<tr>", to);
	cell(to, "", c->name);
	cell(to, class_of(c->state), statewords_client(c));
	cell(to, "", peer_of(c, peer));
	number(to, numbers_ago(s->now, there ? c->session->since : c->last_end, text));
	number(to, numbers_ago(s->now, c->last_packet, text));
	number(to, rated ? numbers_rate(c->packet_rate, text) : "-");
	number(to, rated ? numbers_rate(c->byte_rate * 8, text) : "-");
	number(to, numbers_count(c->packets, text));
	number(to, chart_bytes(c->bytes, bytes));
	cell(to, "file", there && c->sessions == 1 ? c->session->file : c->last_reason);
	fputs("</tr>\n", to);
}

static void print_clients(const struct snapshot *s, FILE *to)
{
	fputs("<div class=\"wide\"><table><tr><th>Client</th><th>State</th><th>Peer</th><th "
	      "class=\"n\">Since</th>"
	      "<th class=\"n\">Last packet</th><th class=\"n\">Packets/s</th>"
	      "<th class=\"n\">Bit/s</th><th class=\"n\">Packets</th><th class=\"n\">Bytes</th>"
	      "<th>File, or why the connection ended</th></tr>\n",
	    to);
	for (size_t i = 0; i < s->clients; i++)
		print_client(s, &s->client[i], to);
	fputs("</table></div>\n", to);
}

/* ---- above them ---- */

static void print_server(const struct snapshot *s, FILE *to)
{
	char up[NUMBERS_MAX];

	fputs("<p>", to);
	if (!s->known) {
		fputs("<b class=\"bad\">The server cannot be seen:</b> ", to);
		page_text(s->why, to);
	} else if (!s->running) {
		fputs("<b class=\"bad\">The server is not running.</b> What it knew last, and "
		      "recordings that go on:",
		    to);
	} else {
		fprintf(to, "Process %" PRIu32 ", up %s, configuration %" PRIu64 ", sandbox ",
		    s->server.pid, numbers_ago(s->now, s->started, up), s->server.generation);
		page_text(s->server.sandbox, to);
		fprintf(to, ". %" PRIu64 " of %" PRIu64 " connections.", s->server.connections,
		    s->server.max_connections);
	}
	fputs("</p>\n", to);
}

static void print_counts(const struct snapshot *s, FILE *to)
{
	fputs("<p class=\"counts\">", to);
	for (size_t i = 0; i < STATEWORDS_STATES; i++) {
		enum snapshot_state state = statewords_states[i];
		size_t n = snapshot_count(s, state);

		fprintf(to, "<span class=\"%s\"><b>%zu</b> %s</span> ",
		    n > 0 ? class_of(state) : "none", n, snapshot_state_word(state));
	}
	fputs("</p>\n", to);
}

static void print_archive(const struct snapshot *s, FILE *to)
{
	const struct snapshot_archive *a = &s->archive;
	char bytes[CHART_BYTES_MAX], oldest[NUMBERS_MAX], full[NUMBERS_MAX];

	if (!a->configured)
		return;
	fputs("<p>Archive: ", to);
	if (a->why) {
		page_text(a->why, to);
	} else {
		fprintf(to, "%s in %" PRIu64 " %s, the oldest %s old, ",
		    chart_bytes(a->bytes, bytes), a->files, a->files == 1 ? "file" : "files",
		    numbers_ago(s->now, a->oldest, oldest));
		if (a->full_in < 0)
			fputs("not growing", to);
		else
			fprintf(to, "full in %s", numbers_span(a->full_in * 1000, full));
		fprintf(to, ", %" PRIu64 " %s to be archived", a->completed,
		    a->completed == 1 ? "capture" : "captures");
		if (a->hands_over)
			fprintf(to, ", %" PRIu64 " %s to be handed over", a->waiting,
			    a->waiting == 1 ? "file" : "files");
		putc('.', to);
	}
	fputs("</p>\n", to);
}

/* ---- beneath them ---- */

static void print_missing(const char *what, const char *why, FILE *to)
{
	if (!why)
		return;
	fprintf(to, "<p><b class=\"bad\">%s:</b> ", what);
	page_text(why, to);
	fputs(".</p>\n", to);
}

static void print_day(const struct day *d, FILE *to)
{
	fputs(
	    "<h2>The last day</h2><p>Of archived captures packets are counted. Of those that are "
	    "not archived yet the lowest bars show from when to when they were recorded, by their "
	    "names and times alone; of what is being recorded, from the beginning of its file to "
	    "the last packet: there are more packets than counted.</p>\n",
	    to);
	print_missing("Archived captures are missing", d->index, to);
	print_missing("Completed captures are missing", d->completed, to);
	page_chart(&d->coverage, &moment_zone, to);
}

/* ---- all of it ---- */

void webpage_print(const struct snapshot *s, const struct day *day, FILE *to)
{
	char time[WHEN_TEXT_MAX];

	page_begin("Packet captures", to);
	fputs("<h1>Packet captures</h1><p>", to);
	page_text(when_format(s->now * 1000000, &moment_zone, 0, time), to);
	fputs("</p>\n", to);
	print_server(s, to);
	if (s->known)
		print_counts(s, to);
	print_archive(s, to);
	if (s->clients > 0)
		print_clients(s, to);
	print_day(day, to);
	page_end(to);
}
