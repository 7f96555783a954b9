/* main: osmo-pcap-read, from options to exit status.
 *
 * Opens what the others work with, in the order that each step needs; refuses to work itself. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "base/moment.h"
#include "base/zone.h"
#include "daemon/start.h"
#include "read/catalog.h"
#include "read/list.h"
#include "read/nothing.h"
#include "read/options.h"
#include "read/output.h"
#include "read/packets.h"
#include "read/roles.h"
#include "read/survey.h"
#include "view/chart.h"
#include "view/page.h"
#include "view/terminal.h"

#define STEPS 240 /* of JSON, and of a page */

static bool prepare_sandbox(const struct config *c)
{
	struct problems p = {0};

	start_sandbox(c, read_roles_prepare, &p);
	return problems_tell(&p, stderr);
}

/* Whether it all arrived; a reader that has seen enough is no error. */
static bool arrived(struct tell *tell)
{
	if (io_printed() || errno == EPIPE)
		return true;
	tell_error(tell, "standard output: %s", strerror(errno));
	return false;
}

/* False: there is none. */
static bool list(const struct options *o, struct catalog *c, struct tell *tell)
{
	catalog_sort_by_client(c);
	if (list_print(c, &moment_zone, o->json, stdout))
		arrived(tell);
	return c->n > 0;
}

/* False: there is no capture in it. */
static bool coverage(const struct options *o, struct catalog *c, const struct catalog_range *range,
    struct patterns *patterns, struct tell *tell)
{
	bool text = !o->json && !o->html;
	bool elsewhere = strcmp(o->config, CONFIG_FILE) != 0;
	char *whole = elsewhere ? realpath(o->config, NULL) : NULL; /* a page is read anywhere */
	struct coverage v;

	if (survey_make(&v, c, range, patterns, moment_now(),
		text ? chart_steps(terminal_columns(), c->widest) : STEPS)) {
		if (o->json)
			chart_print_json(&v, stdout);
		else if (o->html)
			page_print(&v, &moment_zone, whole, stdout);
		else
			chart_print(&v, c->widest, &moment_zone, terminal_utf8(), stdout);
		arrived(tell);
	}
	coverage_free(&v);
	free(whole);
	return c->n > 0;
}

/* False: there was none, or it was told why not. */
static bool packets(const struct options *o, struct catalog *c, const struct catalog_range *range,
    struct patterns *patterns, struct tell *tell)
{
	bool any;

	struct packets_task task = {.catalog = c,
	    .range = range,
	    .patterns = patterns,
	    .filter = o->filter,
	    .output = STDOUT_FILENO,
	    .name = "standard output",
	    .pcap = o->pcap,
	    .follow = o->follow};

	catalog_sort_by_time(c);
	if (!o->output)
		return packets_write(&task, tell);
	task.name = o->output;
	task.output = output_open(o->output, c, tell);
	if (task.output < 0)
		return false;
	any = packets_write(&task, tell);
	output_close(task.output, task.name, tell);
	return any;
}

static const char *how_limited(const struct options *o)
{
	if (o->filter)
		return o->limited ? " in this time that the filter lets through"
				  : " that the filter lets through";
	return o->limited ? " in this time" : "";
}

static void work(const struct options *o, const struct config *config, struct patterns *patterns,
    struct tell *tell)
{
	struct catalog_range range = {.all = !o->limited,
	    .from = o->from,
	    .to = o->to,
	    .follow = o->follow,
	    .only_recordings = o->follow && !o->limited};
	bool any = true;
	struct catalog c;

	if (catalog_make(&c, config, patterns, &range, o->mode == MODE_COVERAGE, tell)) {
		if (o->mode == MODE_LIST)
			any = list(o, &c, tell);
		else if (o->mode == MODE_COVERAGE)
			any = coverage(o, &c, &range, patterns, tell);
		else
			any = packets(o, &c, &range, patterns, tell);
	}
	catalog_free(&c);
	if (!any && !o->follow && !tell->failed)
		nothing_tell(o->mode == MODE_PACKETS ? "packet" : "capture", how_limited(o), config,
		    patterns, &moment_zone, tell);
}

static int run(const struct options *o, const struct config *config)
{
	struct patterns patterns = {.v = o->client, .n = (size_t)o->clients};
	struct tell tell = {0};

	patterns.used = calloc(patterns.n + 1, sizeof(*patterns.used));
	if (patterns.used)
		work(o, config, &patterns, &tell);
	else
		tell_error(&tell, "%s", strerror(ENOMEM));
	free(patterns.used);
	return tell.failed ? EXITCODE_FAILURE : EXITCODE_OK;
}

int main(int argc, char **argv)
{
	struct config *config;
	struct options o;
	int code;

	if (!io_fill_standard())
		return EXITCODE_FAILURE;
	zone_read();
	signal(SIGPIPE, SIG_IGN);
	options_parse(argc, argv, moment_now(), &moment_zone, &o);
	config = config_load(o.config);
	if (!config)
		return EXITCODE_CONFIG;
	code = prepare_sandbox(config) ? run(&o, config) : EXITCODE_CONFIG;
	config_free(config);
	return code;
}
