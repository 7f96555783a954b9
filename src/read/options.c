/* options: see options.h. */
#include "read/options.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/cmdline.h"
#include "base/exitcode.h"
#include "config/config.h"
#include "filter/compile.h"

enum {
	FROM = 256,
	TO,
	FORMAT,
	FOLLOW,
	LIST,
	COVERAGE,
	JSON,
	HTML
};

static const char usage_text[] =
    "usage: osmo-pcap-read [options] [CLIENT...]\n"
    "Packets that osmo-pcap-server has recorded of these clients (all), merged by time.\n"
    "  -c, --config-file FILE  configuration (default osmo-pcap-server.cfg)\n"
    "      --from TIME         from this time on: '2026-11-28 10:00', 10:00, -15m, now\n"
    "      --to TIME           up to this time\n"
    "  -f, --filter FILTER     packets that match, as of tcpdump\n"
    "  -w, --write FILE        into this file instead of standard output\n"
    "      --format FORMAT     pcapng (default), or pcap\n"
    "      --follow            then what is being recorded, as it arrives\n"
    "      --list              the files instead, and what is in them\n"
    "      --coverage          bars instead: when there were packets, and when not\n"
    "      --json              the list, or what the bars show, as JSON\n"
    "      --html              what the bars show, as a page for a browser\n"
    "  -h, --help              show this\n"
    "  -V, --version           show the version\n"
    "See osmo-pcap-read(1).\n";

static const struct cmdline self = {
    .program = "osmo-pcap-read", .usage = usage_text, .wrong = EXITCODE_USAGE};

static void set_mode(struct options *o, enum mode mode)
{
	if (o->mode != MODE_PACKETS && o->mode != mode)
		cmdline_wrong(&self, "--list and --coverage exclude each other");
	o->mode = mode;
}

static void read_time(const char *name, const char *text, int64_t now, const struct when_zone *zone,
    enum when_edge edge, int64_t *out)
{
	const char *why = when_parse(text, now, zone, edge, out);

	if (why)
		cmdline_wrong(&self, "--%s '%s': %s", name, text, why);
}

static void read_format(struct options *o, const char *text)
{
	o->pcap = strcmp(text, "pcap") == 0;
	if (!o->pcap && strcmp(text, "pcapng") != 0)
		cmdline_wrong(&self, "--format '%s' is neither pcapng nor pcap", text);
}

static void read_option(struct options *o, int option, int64_t now, const struct when_zone *zone)
{
	switch (option) {
	case 'c':
		o->config = optarg;
		break;
	case 'f':
		o->filter = optarg;
		break;
	case 'w':
		o->output = optarg;
		break;
	case FROM:
		read_time("from", optarg, now, zone, WHEN_FROM, &o->from);
		o->limited = true;
		break;
	case TO:
		read_time("to", optarg, now, zone, WHEN_TO, &o->to);
		o->limited = true;
		break;
	case FORMAT:
		read_format(o, optarg);
		break;
	case FOLLOW:
		o->follow = true;
		break;
	case LIST:
		set_mode(o, MODE_LIST);
		break;
	case COVERAGE:
		set_mode(o, MODE_COVERAGE);
		break;
	case JSON:
		o->json = true;
		break;
	case HTML:
		o->html = true;
		break;
	case 'h':
		cmdline_print(&self, usage_text);
	case 'V':
		cmdline_print(&self, "osmo-pcap-read " PACKAGE_VERSION "\n");
	default:
		cmdline_usage(&self);
	}
}

static void check(const struct options *o)
{
	bool packets = o->mode == MODE_PACKETS;
	char why[FILTER_WHY_MAX];

	if (o->from > o->to)
		cmdline_wrong(&self, "--from is later than --to");
	if (o->json && packets)
		cmdline_wrong(&self, "--json is for --list and --coverage");
	if (o->html && (o->mode != MODE_COVERAGE || o->json))
		cmdline_wrong(&self, "--html is for --coverage, without --json");
	if (!packets && (o->filter || o->output || o->pcap || o->follow))
		cmdline_wrong(&self,
		    "--filter, --write, --format and --follow are for packets, not for %s",
		    o->mode == MODE_LIST ? "--list" : "--coverage");
	if (o->follow && o->to != INT64_MAX)
		cmdline_wrong(&self, "--follow has no end: leave --to out");
	if (o->filter && !filter_load(why))
		cmdline_wrong(&self, "--filter cannot be had: %s", why);
	if (o->filter && filter_is_wrong(o->filter, why))
		cmdline_wrong(&self, "--filter '%s': %s", o->filter, why);
	if (packets && !o->output && isatty(STDOUT_FILENO))
		cmdline_wrong(
		    &self, "standard output is a terminal: name a file with -w, or use a pipe");
}

void options_parse(
    int argc, char **argv, int64_t now, const struct when_zone *zone, struct options *o)
{
	static const struct option longs[] = {
	    {"config-file", required_argument, NULL, 'c'},
	    {"filter", required_argument, NULL, 'f'},
	    {"write", required_argument, NULL, 'w'},
	    {"from", required_argument, NULL, FROM},
	    {"to", required_argument, NULL, TO},
	    {"format", required_argument, NULL, FORMAT},
	    {"follow", no_argument, NULL, FOLLOW},
	    {"list", no_argument, NULL, LIST},
	    {"coverage", no_argument, NULL, COVERAGE},
	    {"json", no_argument, NULL, JSON},
	    {"html", no_argument, NULL, HTML},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {0},
	};
	int option;

	*o = (struct options){.config = CONFIG_FILE, .from = INT64_MIN, .to = INT64_MAX};
	while ((option = getopt_long(argc, argv, "c:f:w:hV", longs, NULL)) != -1) {
		/* an empty filter is one: it lets everything through */
		if (option != 'f')
			cmdline_refuse_empty(&self, longs, option, optarg);
		read_option(o, option, now, zone);
	}
	check(o);
	o->client = argv + optind;
	o->clients = argc - optind;
	for (int i = 0; i < o->clients; i++)
		if (!*o->client[i])
			cmdline_wrong(&self, "a CLIENT is empty");
}
