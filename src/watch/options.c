/* options: see options.h. */
#include "watch/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "base/option.h"
#include "base/parse.h"
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

static void usage(FILE *out)
{
	fputs(
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
	    "See osmo-pcap-status(1).\n",
	    out);
}

/* What is wrong with the command line must not be taken for an answer of --check. */
static int status_wrong = EXITCODE_USAGE;

__attribute__((format(printf, 1, 2))) static _Noreturn void wrong(const char *fmt, ...)
{
	va_list ap;

	fputs("osmo-pcap-status: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; see osmo-pcap-status --help\n", stderr);
	exit(status_wrong);
}

static _Noreturn void printed(void)
{
	if (io_printed())
		exit(EXITCODE_OK);
	perror("osmo-pcap-status: standard output");
	exit(EXITCODE_FAILURE);
}

static void set_mode(struct options *o, enum mode mode)
{
	if (o->mode != MODE_TABLE && o->mode != mode)
		wrong("--watch, --json, --metrics, --http and --check exclude each other");
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
			wrong("--watch '%s' is no number from 1 to %u", optarg, SECONDS_MAX);
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
		wrong("--host '%s' is no name of a host", name);
	if (o->hosts == OPTIONS_HOSTS)
		wrong("--host is given more than %u times", OPTIONS_HOSTS);
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
		usage(stdout);
		printed();
	case 'V':
		puts("osmo-pcap-status " PACKAGE_VERSION);
		printed();
	default:
		usage(stderr);
		exit(status_wrong);
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
	const char *empty;
	int option;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--check") == 0)
			status_wrong = VERDICT_UNKNOWN;
	*o = (struct options){.config = "osmo-pcap-server.cfg"};
	while ((option = getopt_long(argc, argv, "c:hV", longs, NULL)) != -1) {
		empty = option_empty(longs, option, optarg);
		if (empty)
			wrong("--%s is empty", empty);
		read_option(o, option, argc, argv);
	}
	o->client = argv + optind;
	o->clients = argc - optind;
	for (int i = 0; i < o->clients; i++)
		if (!*o->client[i])
			wrong("a CLIENT is empty");
	if (o->mode == MODE_HTTP && o->clients > 0)
		wrong("--http answers for all clients");
	if (o->mode != MODE_HTTP && o->hosts > 0)
		wrong("--host is for --http");
}
