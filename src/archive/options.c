/* options: see options.h. */
#include "archive/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cmdline.h"
#include "base/exitcode.h"
#include "base/parse.h"
#include "config/config.h"

enum {
	ONCE = 256,
	PLAN,
	VERIFY,
	REBUILD
};

static const char usage_text[] =
    "usage: osmo-pcap-archive [-D | -t | --once | --plan | --verify [SINCE] | --rebuild]\n"
    "                         [-c CFG_FILE] | -h | -V\n"
    "  -c, --config-file FILE  configuration (default osmo-pcap-server.cfg)\n"
    "  -D, --daemonize         go into the background when ready\n"
    "  -t, --test-config       check the configuration, then exit\n"
    "      --once              archive what is there now, apply retention, then exit\n"
    "      --plan              tell what is stored, when it is full, and what retention\n"
    "                          would delete now, then exit\n"
    "      --verify [SINCE]    read archived files, those of the last SINCE (12h, 30d; "
    "all)\n"
    "                          and tell which differ from the index, then exit\n"
    "      --rebuild           make the index anew from the archived files, then exit\n"
    "  -h, --help              show this\n"
    "  -V, --version           show the version\n"
    "See osmo-pcap-archive(8) and osmo-pcap-server.cfg(5).\n";

static const struct cmdline self = {
    .program = "osmo-pcap-archive", .usage = usage_text, .wrong = EXITCODE_USAGE};

static void set_mode(struct options *o, enum mode mode)
{
	if (o->mode != MODE_DAEMON)
		cmdline_wrong(
		    &self, "-t, --once, --plan, --verify and --rebuild exclude each other");
	o->mode = mode;
}

static void set_since(struct options *o, const char *text)
{
	if (!parse_duration(text, &o->since))
		cmdline_wrong(&self, "--verify needs a time such as 12h or 30d, not %s", text);
	o->all = false;
}

void options_parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
	    {"config-file", required_argument, NULL, 'c'},
	    {"daemonize", no_argument, NULL, 'D'},
	    {"test-config", no_argument, NULL, 't'},
	    {"once", no_argument, NULL, ONCE},
	    {"plan", no_argument, NULL, PLAN},
	    {"verify", optional_argument, NULL, VERIFY},
	    {"rebuild", no_argument, NULL, REBUILD},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.file = CONFIG_FILE, .all = true};
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
			set_mode(o, MODE_TEST);
			break;
		case ONCE:
			set_mode(o, MODE_ONCE);
			break;
		case PLAN:
			set_mode(o, MODE_PLAN);
			break;
		case VERIFY:
			set_mode(o, MODE_VERIFY);
			if (optarg)
				set_since(o, optarg);
			break;
		case REBUILD:
			set_mode(o, MODE_REBUILD);
			break;
		case 'h':
			cmdline_print(&self, usage_text);
		case 'V':
			cmdline_print(&self, "osmo-pcap-archive " PACKAGE_VERSION "\n");
		default:
			cmdline_usage(&self);
		}
	}
	if (optind < argc && o->mode == MODE_VERIFY && o->all)
		set_since(o, argv[optind++]);
	if (optind < argc)
		cmdline_wrong(&self, "unexpected argument: %s (the configuration is named with -c)",
		    argv[optind]);
	if (o->daemonize && o->mode != MODE_DAEMON)
		cmdline_wrong(&self, "-D excludes -t, --once, --plan, --verify and --rebuild");
}
