/* options: see options.h. */
#include "archive/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/io.h"

enum {
	ONCE = 256,
	PLAN
};

static void usage(FILE *out)
{
	fputs("usage: osmo-pcap-archive [-D | -t | --once | --plan] [-c CFG_FILE] | -h | -V\n"
	      "  -c, --config-file FILE  configuration (default osmo-pcap-server.cfg)\n"
	      "  -D, --daemonize         go into the background when ready\n"
	      "  -t, --test-config       check the configuration, then exit\n"
	      "      --once              archive what is there now, apply retention, then exit\n"
	      "      --plan              tell what retention would delete now, then exit\n"
	      "  -h, --help              show this\n"
	      "  -V, --version           show the version\n"
	      "See osmo-pcap-archive(8) and osmo-pcap-server.cfg(5).\n",
	    out);
}

static _Noreturn void wrong_options(void)
{
	usage(stderr);
	exit(EXITCODE_USAGE);
}

/* Exits, having printed to standard output. */
static _Noreturn void printed(void)
{
	if (io_printed())
		exit(EXITCODE_OK);
	perror("error: standard output");
	exit(EXITCODE_FAILURE);
}

static void set_mode(struct options *o, enum mode mode)
{
	if (o->mode != MODE_DAEMON)
		wrong_options();
	o->mode = mode;
}

void options_parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
	    {"config-file", required_argument, NULL, 'c'},
	    {"daemonize", no_argument, NULL, 'D'},
	    {"test-config", no_argument, NULL, 't'},
	    {"once", no_argument, NULL, ONCE},
	    {"plan", no_argument, NULL, PLAN},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.file = "osmo-pcap-server.cfg"};
	while ((c = getopt_long(argc, argv, "c:DthV", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->file = optarg;
			break;
		case 'D':
			o->daemonize = true;
			break;
		case 't':
			set_mode(o, MODE_TEST);
			break;
		case ONCE:
			set_mode(o, MODE_ONCE);
			break;
		case PLAN:
			set_mode(o, MODE_PLAN);
			break;
		case 'h':
			usage(stdout);
			printed();
		case 'V':
			puts("osmo-pcap-archive " PACKAGE_VERSION);
			printed();
		default:
			wrong_options();
		}
	}
	if (optind < argc || (o->daemonize && o->mode != MODE_DAEMON))
		wrong_options();
}
