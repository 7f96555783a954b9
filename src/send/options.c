/* send_options: see options.h. */
#include "send/options.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/cmdline.h"
#include "base/exitcode.h"
#include "base/parse.h"
#include "send/address.h"
#include "send/fit.h"
#include "send/net.h"

#define RATE_MAX 1000000000

/* Options without a letter. */
enum {
	OPTION_TLS = 256,
	OPTION_CA, /* from here on with --tls only */
	OPTION_CERT,
	OPTION_KEY,
	OPTION_SERVER_NAME,
	OPTION_NO_VERIFY,
	OPTION_PRIORITY,
	OPTION_CONFIRM,
};

static const char usage_text[] =
    "usage: osmo-pcap-send [options] HOST [FILE]\n"
    "       osmo-pcap-send [options] -i INTERFACE HOST [FILTER...]\n"
    "Sends a capture to osmo-pcap-server. Without FILE, or with -, from standard input.\n"
    "  -i, --interface INTERFACE  capture there instead\n"
    "  -p, --port PORT            of the server (54321)\n"
    "  -s, --snaplen N            cut packets longer than N bytes (9000)\n"
    "  -S, --source ADDRESS       send from this address\n"
    "  -r, --rate N|original      packets per second, or as they were captured\n"
    "  -l, --loop N               send FILE N times, 0: for ever\n"
    "  -R, --reconnect            connect again, as often as it takes\n"
    "  -q, --quiet                no progress, no summary\n"
    "      --tls                  encrypt, and verify the server; the options below need this\n"
    "      --ca FILE              authorities to trust (those of the system)\n"
    "      --cert FILE            certificate to show to the server\n"
    "      --key FILE             its key\n"
    "      --server-name NAME     name or address in the server's certificate (HOST)\n"
    "      --no-verify            take any server, even one without a certificate\n"
    "      --confirm              fail unless the server says that all is stored\n"
    "      --priority STRING      for GnuTLS (" SEND_TLS_PRIORITY ")\n"
    "  -h, --help    -V, --version\n";

static const struct cmdline self = {
    .program = "osmo-pcap-send", .usage = usage_text, .wrong = EXITCODE_USAGE};

static uint64_t read_number(const char *name, const char *text, uint64_t min, uint64_t max)
{
	uint64_t v;

	if (parse_number(text, min, max, &v))
		return v;
	cmdline_wrong(
	    &self, "--%s '%s' is not a number from %" PRIu64 " to %" PRIu64, name, text, min, max);
}

static void read_rate(struct send_options *o, const char *text)
{
	o->original = strcmp(text, "original") == 0;
	o->rate = 0;
	if (!o->original && !parse_number(text, 1, RATE_MAX, &o->rate))
		cmdline_wrong(&self, "--rate '%s' is neither 'original' nor a number from 1 to %d",
		    text, RATE_MAX);
}

static void read_tls_option(struct send_options *o, int option, const char *text)
{
	static const char *const names[] = {
	    "--ca", "--cert", "--key", "--server-name", "--no-verify", "--priority", "--confirm"};

	o->tls_option = names[option - OPTION_CA];
	if (option == OPTION_CA)
		o->secure.ca = text;
	if (option == OPTION_CERT)
		o->secure.cert = text;
	if (option == OPTION_KEY)
		o->secure.key = text;
	if (option == OPTION_SERVER_NAME)
		o->secure.name = text;
	if (option == OPTION_NO_VERIFY)
		o->secure.no_verify = true;
	if (option == OPTION_PRIORITY)
		o->secure.priority = text;
	if (option == OPTION_CONFIRM)
		o->confirm = true;
}

static void check_tls_options(struct send_options *o)
{
	if (o->tls_option && !o->tls)
		cmdline_wrong(&self, "%s needs --tls", o->tls_option);
	if (!o->secure.cert != !o->secure.key)
		cmdline_wrong(&self, "--cert and --key go together");
	if (o->confirm && o->reconnect)
		cmdline_wrong(&self,
		    "--confirm and --reconnect do not go together: what a lost connection "
		    "has not delivered is not known");
}

static void read_option(struct send_options *o, int option, const char *text)
{
	switch (option) {
	case 's':
		o->snaplen = (uint32_t)read_number("snaplen", text, 1, SEND_SNAPLEN_MAX);
		break;
	case 'p':
		o->port = (uint16_t)read_number("port", text, 1, 65535);
		break;
	case 'l':
		o->looped = true;
		o->loop = read_number("loop", text, 0, UINT32_MAX);
		break;
	case 'r':
		read_rate(o, text);
		break;
	case 'S':
		if (!send_address_parse(text, &o->source, &o->source_zone))
			cmdline_wrong(&self, "--source '%s' is not an IP address", text);
		break;
	case 'i':
		o->interface = text;
		break;
	case 'R':
		o->reconnect = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	case OPTION_TLS:
		o->tls = true;
		break;
	case OPTION_CA:
	case OPTION_CERT:
	case OPTION_KEY:
	case OPTION_SERVER_NAME:
	case OPTION_NO_VERIFY:
	case OPTION_PRIORITY:
	case OPTION_CONFIRM:
		read_tls_option(o, option, text);
		break;
	case 'h':
		cmdline_print(&self, usage_text);
	case 'V':
		cmdline_print(&self, "osmo-pcap-send " PACKAGE_VERSION "\n");
	default: /* getopt_long() has printed what is wrong */
		cmdline_usage(&self);
	}
}

/* The name that the server's certificate must contain, if no other is given. A zone is of this
 * machine: no certificate can contain it. */
static const char *name_of_host(struct send_options *o)
{
	struct addr a;
	const char *zone;

	if (!send_address_parse(o->host, &a, &zone) || !zone)
		return o->host;
	return addr_format(&a, o->host_address);
}

static void read_operands(struct send_options *o, int argc, char **argv)
{
	if (argc < 1 || !*argv[0])
		cmdline_wrong(&self, "no HOST given");
	if (!o->interface && argc > 1 && !*argv[1])
		cmdline_wrong(&self, "FILE is empty");
	o->host = argv[0];
	if (!o->secure.name)
		o->secure.name = name_of_host(o);
	o->filter = argv + 1;
	if (o->interface && o->looped)
		cmdline_wrong(&self, "--loop is for files, not for an interface");
	if (o->interface)
		return;
	if (argc > 2)
		cmdline_wrong(&self, "'%s' after the FILE; a filter needs --interface", argv[2]);
	if (argc == 2 && strcmp(argv[1], "-") != 0)
		o->file = argv[1];
	if (!o->file && o->looped)
		cmdline_wrong(&self, "--loop is for files, not for standard input");
	if (!o->file && isatty(STDIN_FILENO))
		cmdline_wrong(&self, "no FILE given, and standard input is a terminal");
}

void send_options_read(struct send_options *o, int argc, char **argv)
{
	static const struct option longs[] = {
	    {"snaplen", required_argument, NULL, 's'},
	    {"source", required_argument, NULL, 'S'},
	    {"rate", required_argument, NULL, 'r'},
	    {"loop", required_argument, NULL, 'l'},
	    {"reconnect", no_argument, NULL, 'R'},
	    {"quiet", no_argument, NULL, 'q'},
	    {"port", required_argument, NULL, 'p'},
	    {"interface", required_argument, NULL, 'i'},
	    {"tls", no_argument, NULL, OPTION_TLS},
	    {"ca", required_argument, NULL, OPTION_CA},
	    {"cert", required_argument, NULL, OPTION_CERT},
	    {"key", required_argument, NULL, OPTION_KEY},
	    {"server-name", required_argument, NULL, OPTION_SERVER_NAME},
	    {"no-verify", no_argument, NULL, OPTION_NO_VERIFY},
	    {"confirm", no_argument, NULL, OPTION_CONFIRM},
	    {"priority", required_argument, NULL, OPTION_PRIORITY},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {0},
	};
	int option;

	*o = (struct send_options){
	    .snaplen = SEND_SNAPLEN_DEFAULT, .loop = 1, .port = SEND_PORT_DEFAULT};
	/* "+": a filter may hold words that begin with a minus. */
	while ((option = getopt_long(argc, argv, "+s:S:r:l:Rqp:i:hV", longs, NULL)) != -1) {
		cmdline_refuse_empty(&self, longs, option, optarg);
		read_option(o, option, optarg);
	}
	check_tls_options(o);
	read_operands(o, argc - optind, argv + optind);
}
