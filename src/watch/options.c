/* options: see options.h. */
#include "watch/options.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/cmdline.h"
#include "base/exitcode.h"
#include "base/parse.h"
#include "config/config.h"
#include "watch/verdict.h"

enum {
	WATCH = 256,
	JSON,
	METRICS,
	HTTP,
	HOST,
	CHECK
};

#define SECONDS     2 /* of --watch */
#define SECONDS_MAX 3600

static const char usage_text[] =
    "usage: osmo-pcap-status [options] [CLIENT...]\n"
    "What osmo-pcap-server and its archive do now, of these clients (all).\n"
    "  -c, --config-file FILE    configuration (default osmo-pcap-server.cfg)\n"
    "      --watch [SECONDS]     again and again, every 2 seconds, until q\n"
    "      --json                everything, as one document\n"
    "      --metrics             as metrics of Prometheus\n"
    "      --http                answers a request on standard input (inetd)\n"
    "      --host NAME           with --http: it may be called so, too\n"
    "      --check               one line; exit 0 well, 1 warning, 2 critical, 3 unknown\n"
    "  -h, --help                show this\n"
    "  -V, --version             show the version\n"
    "See osmo-pcap-status(1).\n";

/* Its status for wrong options must not be taken for an answer of --check. */
static struct cmdline self = {
    .program = "osmo-pcap-status", .usage = usage_text, .wrong = EXITCODE_USAGE};

static void set_mode(struct options *o, enum mode mode)
{
	if (o->mode != MODE_TABLE && o->mode != mode)
		cmdline_wrong(
		    &self, "--watch, --json, --metrics, --http and --check exclude each other");
	o->mode = mode;
}

/* The number may also be the next argument, which is a client unless it has only digits. */
static void read_seconds(struct options *o, int argc, char **argv)
{
	const char *next = optind < argc ? argv[optind] : "";
	uint64_t n;

	set_mode(o, MODE_WATCH);
	o->seconds = SECONDS;
	if (!optarg && *next && next[strspn(next, "0123456789")] == '\0')
		optarg = argv[optind++];
	if (optarg) {
		if (!parse_number(optarg, 1, SECONDS_MAX, &n))
			cmdline_wrong(
			    &self, "--watch '%s' is no number from 1 to %u", optarg, SECONDS_MAX);
		o->seconds = (unsigned)n;
	}
}

/* As a browser sends it, without the port: what cannot be sent would be waited for in vain. */
static void add_host(struct options *o, const char *name)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t len = strlen(name);

	if (name[strspn(name, letters)] || name[len - 1] == '.')
		cmdline_wrong(&self, "--host '%s' is no name of a host", name);
	if (o->hosts == OPTIONS_HOSTS)
		cmdline_wrong(&self, "--host is given more than %u times", OPTIONS_HOSTS);
	o->host[o->hosts++] = name;
}

static void read_option(struct options *o, int option, int argc, char **argv)
{
	switch (option) {
	case 'c':
		o->config = optarg;
		break;
	case WATCH:
		read_seconds(o, argc, argv);
		break;
	case JSON:
		set_mode(o, MODE_JSON);
		break;
	case METRICS:
		set_mode(o, MODE_METRICS);
		break;
	case HTTP:
		set_mode(o, MODE_HTTP);
		break;
	case HOST:
		add_host(o, optarg);
		break;
	case CHECK:
		set_mode(o, MODE_CHECK);
		break;
	case 'h':
		cmdline_print(&self, usage_text);
	case 'V':
		cmdline_print(&self, "osmo-pcap-status " PACKAGE_VERSION "\n");
	default:
		cmdline_usage(&self);
	}
}

void options_parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
	    {"config-file", required_argument, NULL, 'c'},
	    {"watch", optional_argument, NULL, WATCH},
	    {"json", no_argument, NULL, JSON},
	    {"metrics", no_argument, NULL, METRICS},
	    {"http", no_argument, NULL, HTTP},
	    {"host", required_argument, NULL, HOST},
	    {"check", no_argument, NULL, CHECK},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {0},
	};
	int option;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--check") == 0)
			self.wrong = VERDICT_UNKNOWN;
	*o = (struct options){.config = CONFIG_FILE};
	while ((option = getopt_long(argc, argv, "c:hV", longs, NULL)) != -1) {
		cmdline_refuse_empty(&self, longs, option, optarg);
		read_option(o, option, argc, argv);
	}
	o->client = argv + optind;
	o->clients = argc - optind;
	for (int i = 0; i < o->clients; i++)
		if (!*o->client[i])
			cmdline_wrong(&self, "a CLIENT is empty");
	if (o->mode == MODE_HTTP && o->clients > 0)
		cmdline_wrong(&self, "--http answers for all clients");
	if (o->mode != MODE_HTTP && o->hosts > 0)
		cmdline_wrong(&self, "--host is for --http");
}
