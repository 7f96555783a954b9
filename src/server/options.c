/* options: see options.h. */
#include "server/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "base/option.h"
#include "config/config.h"
#include "server/errout.h"

enum {
	EXPLAIN = 256,
	CERTIFICATE,
	AT
};

static void usage(FILE *out)
{
	fputs("usage: osmo-pcap-server [-D | -i | -t | -T] [-c CFG_FILE]\n"
	      "       osmo-pcap-server --explain ADDRESS [--certificate FILE] [--at TIME] [-c "
	      "CFG_FILE]\n"
	      "       osmo-pcap-server -h | -V\n"
	      "  -c, --config-file FILE  configuration (default osmo-pcap-server.cfg)\n"
	      "  -D, --daemonize         go into the background when ready\n"
	      "  -i, --inetd             serve one connection, which is standard input\n"
	      "  -t, --test-config       check what the start would read, then exit\n"
	      "  -T, --print-config      print the effective configuration, then exit\n"
	      "      --explain ADDRESS   what would become of a connection from there, then exit\n"
	      "      --certificate FILE  with --explain: that shows this certificate\n"
	      "      --at TIME           with --explain: then, 'YYYY-MM-DD HH:MM' or -1h\n"
	      "  -h, --help              show this\n"
	      "  -V, --version           show the version\n"
	      "See osmo-pcap-server(8) and osmo-pcap-server.cfg(5).\n",
	    out);
}

/* reason NULL: getopt_long(3) has printed it. The word comes after it. */
_Noreturn void options_wrong(const char *reason, const char *word)
{
	char text[300] = "wrong options";

	if (reason)
		snprintf(text, sizeof(text), "%s%s", reason, word);
	if (errout_get() == ERROUT_STDERR) {
		if (reason)
			fprintf(stderr, "osmo-pcap-server: %s\n", text);
		usage(stderr);
	} else if (log_open(ERROUT_IDENT, true)) {
		errout_set(ERROUT_LOG);
		errout_error(text);
	}
	exit(EXITCODE_USAGE);
}

void options_parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
	    {"config-file", required_argument, NULL, 'c'},
	    {"daemonize", no_argument, NULL, 'D'},
	    {"inetd", no_argument, NULL, 'i'},
	    {"test-config", no_argument, NULL, 't'},
	    {"print-config", no_argument, NULL, 'T'},
	    {"explain", required_argument, NULL, EXPLAIN},
	    {"certificate", required_argument, NULL, CERTIFICATE},
	    {"at", required_argument, NULL, AT},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	const char *empty;
	int c;

	*o = (struct options){.file = CONFIG_FILE};
	opterr = errout_get() != ERROUT_NOWHERE;
	while ((c = getopt_long(argc, argv, "c:DitThV", longs, NULL)) != -1) {
		empty = option_empty(longs, c, optarg);
		if (empty)
			options_wrong("an empty value was given for --", empty);
		switch (c) {
		case 'c':
			o->file = optarg;
			o->named = true;
			break;
		case 'D':
			o->daemonize = true;
			break;
		case 'i':
			o->inetd = true;
			break;
		case 't':
			o->test = true;
			break;
		case 'T':
			o->print = true;
			break;
		case EXPLAIN:
			o->explain = optarg;
			break;
		case CERTIFICATE:
			o->certificate = optarg;
			break;
		case AT:
			o->at = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(errout_printed());
		case 'V':
			puts("osmo-pcap-server " PACKAGE_VERSION);
			exit(errout_printed());
		default:
			options_wrong(NULL, "");
		}
	}
	if (optind < argc)
		options_wrong(
		    "unexpected argument (the configuration is named with -c): ", argv[optind]);
	if (o->test + o->print + o->daemonize + o->inetd + (o->explain != NULL) > 1)
		options_wrong("only one of -D, -i, -t, -T and --explain can be given", "");
	if ((o->certificate || o->at) && !o->explain)
		options_wrong("--certificate and --at need --explain", "");
}
