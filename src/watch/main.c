/* main: osmo-pcap-status, from options to exit status.
 *
 * Puts a snapshot together, and has it printed. Refuses to change anything. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "base/moment.h"
#include "base/zone.h"
#include "tls/expiry.h"
#include "view/terminal.h"
#include "watch/areas.h"
#include "watch/day.h"
#include "watch/document.h"
#include "watch/kept.h"
#include "watch/live.h"
#include "watch/metrics.h"
#include "watch/options.h"
#include "watch/roles.h"
#include "watch/serve.h"
#include "watch/since.h"
#include "watch/table.h"
#include "watch/verdict.h"
#include "watch/webpage.h"

#define STEPS 288 /* of the page's last day: five minutes */

struct status {
	const struct options *options;
	const struct config *config;
	struct patterns patterns;
	bool colour;
	struct snapshot now, before; /* region NULL: there is none */
};

/* ---- the snapshot ---- */

static _Noreturn void no_memory(void)
{
	fprintf(stderr, "osmo-pcap-status: %s\n", strerror(ENOMEM));
	exit(EXITCODE_FAILURE);
}

static void look_at_expiry(struct snapshot *s, const struct config *c)
{
	struct expiry e;

	s->expiry.why = expiry_look(&e, c, s->region);
	s->expiry.certificate = e.certificate * 1000;
	s->expiry.list = e.list * 1000;
}

/* expiry: of certificates, too, which costs more than all the rest. */
static void look(struct status *st, bool expiry)
{
	const struct config *c = st->config;
	struct region *r = region_new();
	struct snapshot *s = &st->now;

	if (!r)
		no_memory();
	region_free(st->before.region);
	st->before = *s;
	/* without status-path a server may have been given the usual directory by a unit */
	if (!areas_look(s, c->server.status_path ? c->server.status_path : STATUS_PATH, c->file, r))
		no_memory();
	kept_look(s, c);
	if (expiry)
		look_at_expiry(s, c);
	snapshot_choose(s, &st->patterns);
	if (st->before.region)
		since_rates(s, &st->before);
}

/* ---- what is printed of it ---- */

static void print_table(void *of, size_t width, size_t lines, FILE *to)
{
	struct status *st = of;
	struct table_look l = {.width = width, .colour = st->colour, .lines = lines};

	look(st, false);
	table_print(&st->now, &l, to);
}

static void print_page(const struct status *st, FILE *to)
{
	struct day day;

	if (!day_make(&day, &st->now, st->config, moment_now(), STEPS))
		no_memory();
	webpage_print(&st->now, &day, to);
	day_free(&day);
}

static void print_body(void *of, enum request what, FILE *to)
{
	struct status *st = of;

	look(st, true);
	if (what == REQUEST_METRICS)
		metrics_print(&st->now, to);
	else if (what == REQUEST_JSON)
		document_print(&st->now, to);
	else
		print_page(st, to);
}

static bool has_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

/* ---- ways to run ---- */

static int failed(const char *what)
{
	fprintf(stderr, "osmo-pcap-status: %s: %s\n", what, strerror(errno));
	return EXITCODE_FAILURE;
}

/* Standard error is the socket's as well when inetd has no other: nothing is told there. */
static int answer(struct status *st)
{
	char lacking[SANDBOX_LACKING_MAX] = "";
	const struct process_kind *kind = roles_requester(lacking);

	if (!kind)
		return failed("the sandbox");
	if (*lacking && st->config->server.sandbox == SANDBOX_REQUIRED) {
		fprintf(stderr, "osmo-pcap-status: sandbox = \"required\": %s\n", lacking);
		return EXITCODE_CONFIG;
	}
	if (serve(kind, st->options->host, print_body, st) || errno == EPIPE || errno == ECONNRESET)
		return EXITCODE_OK; /* a peer that does not wait for the end is none of ours */
	return failed("the request");
}

/* A name that is misspelled must not look like a client that is well. */
static bool all_are_known(const struct status *st)
{
	if (!st->now.nobody)
		return true;
	fprintf(stderr, "osmo-pcap-status: the server knows no client '%s'\n", st->now.nobody);
	return false;
}

static int watch(struct status *st)
{
	struct live l = {.seconds = st->options->seconds, .print = print_table, .of = st};

	look(st, false);
	if (!all_are_known(st))
		return EXITCODE_FAILURE;
	region_free(st->now.region);
	st->now = (struct snapshot){.region = NULL}; /* rates are since the first table */
	return live_run(&l) || errno == EPIPE ? EXITCODE_OK : failed("standard output");
}

static int print_once(struct status *st)
{
	int code = EXITCODE_OK;

	look(st, st->options->mode != MODE_TABLE);
	switch (st->options->mode) {
	case MODE_JSON:
		document_print(&st->now, stdout);
		break;
	case MODE_METRICS:
		metrics_print(&st->now, stdout);
		break;
	case MODE_CHECK:
		code = (int)verdict_print(&st->now, stdout);
		break;
	default:
		table_print(&st->now,
		    &(struct table_look){.width = terminal_columns(), .colour = st->colour},
		    stdout);
		code = st->now.known ? EXITCODE_OK : EXITCODE_FAILURE;
	}
	if (st->options->mode != MODE_CHECK && !all_are_known(st))
		code = EXITCODE_FAILURE;
	if (io_printed() || errno == EPIPE)
		return code;
	failed("standard output");
	return st->options->mode == MODE_CHECK ? VERDICT_UNKNOWN : EXITCODE_FAILURE;
}

static int run(struct status *st)
{
	switch (st->options->mode) {
	case MODE_HTTP:
		return answer(st);
	case MODE_WATCH:
		return watch(st);
	default:
		return print_once(st);
	}
}

int main(int argc, char **argv)
{
	struct status st = {.now = {.region = NULL}};
	struct config *config;
	struct options o;
	int code;

	if (!io_fill_standard())
		return EXITCODE_FAILURE;
	zone_read();
	signal(SIGPIPE, SIG_IGN);
	options_parse(argc, argv, &o);
	config = config_load(o.config);
	if (!config)
		return o.mode == MODE_CHECK ? (int)VERDICT_UNKNOWN : EXITCODE_CONFIG;
	st.options = &o;
	st.config = config;
	st.colour = has_colour();
	st.patterns = (struct patterns){.v = o.client, .n = (size_t)o.clients};
	st.patterns.used = calloc(st.patterns.n + 1, sizeof(*st.patterns.used));
	if (!st.patterns.used)
		no_memory();
	code = run(&st);
	free(st.patterns.used);
	region_free(st.now.region);
	region_free(st.before.region);
	config_free(config);
	return code;
}
