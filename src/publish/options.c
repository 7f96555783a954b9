/* options: see options.h. */
#include "publish/options.h"

#include <getopt.h>
#include <stdio.h>

#include "base/cmdline.h"
#include "base/exitcode.h"
#include "config/config.h"
#include "publish/broadcast.h"

static const char usage_text[] =
    "usage: osmo-pcap-publish [-D | -t] [-c CFG_FILE] | -h | -V\n"
    "  -c, --config-file FILE  configuration (default osmo-pcap-server.cfg)\n"
    "  -D, --daemonize         go into the background when ready\n"
    "  -t, --test-config       check the configuration, then exit\n"
    "  -h, --help              show this\n"
    "  -V, --version           show the version, and that of libzmq\n"
    "See osmo-pcap-publish(8) and osmo-pcap-server.cfg(5).\n";

static const struct cmdline self = {
    .program = "osmo-pcap-publish", .usage = usage_text, .wrong = EXITCODE_USAGE};

static _Noreturn void print_version(void)
{
	char libzmq[32], text[100];

	broadcast_version(libzmq, sizeof(libzmq));
	snprintf(text, sizeof(text), "osmo-pcap-publish " PACKAGE_VERSION " (libzmq %s)\n", libzmq);
	cmdline_print(&self, text);
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
	int c;

	*o = (struct options){.file = CONFIG_FILE};
	while ((c = getopt_long(argc, argv, "c:DthV", longs, NULL)) != -1) {
		cmdline_refuse_empty(&self, longs, c, optarg);
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
			cmdline_print(&self, usage_text);
		case 'V':
			print_version();
		default:
			cmdline_usage(&self);
		}
	}
	if (optind < argc)
		cmdline_wrong(&self, "unexpected argument: %s (the configuration is named with -c)",
		    argv[optind]);
	if (o->daemonize && o->test)
		cmdline_wrong(&self, "-D and -t exclude each other");
}
