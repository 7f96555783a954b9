/* options: see options.h. */
#include "publish/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "base/option.h"
#include "publish/sender.h"

static void usage(FILE *out)
{
	fputs("usage: osmo-pcap-publish [-D | -t] [-c CFG_FILE] | -h | -V\n"
	      "  -c, --config-file FILE  configuration (default osmo-pcap-server.cfg)\n"
	      "  -D, --daemonize         go into the background when ready\n"
	      "  -t, --test-config       check the configuration, then exit\n"
	      "  -h, --help              show this\n"
	      "  -V, --version           show the version, and that of libzmq\n"
	      "See osmo-pcap-publish(8) and osmo-pcap-server.cfg(5).\n",
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

static _Noreturn void print_version(void)
{
	char libzmq[32];

	sender_version(libzmq, sizeof(libzmq));
	printf("osmo-pcap-publish " PACKAGE_VERSION " (libzmq %s)\n", libzmq);
	printed();
}

void options_parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
	    {"config-file", required_argument, NULL, 'c'},
	    {"daemonize", no_argument, NULL, 'D'},
	    {"test-config", no_argument, NULL, 't'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	const char *empty;
	int c;

	*o = (struct options){.file = "osmo-pcap-server.cfg"};
	while ((c = getopt_long(argc, argv, "c:DthV", longs, NULL)) != -1) {
		empty = option_empty(longs, c, optarg);
		if (empty) {
			fprintf(stderr, "error: --%s is empty\n", empty);
			exit(EXITCODE_USAGE);
		}
		switch (c) {
		case 'c':
			o->file = optarg;
			break;
		case 'D':
			o->daemonize = true;
			break;
		case 't':
			o->test = true;
			break;
		case 'h':
			usage(stdout);
			printed();
		case 'V':
			print_version();
		default:
			wrong_options();
		}
	}
	if (optind < argc || (o->daemonize && o->test))
		wrong_options();
}
