/* send_main: osmo-pcap-send, from its options to its exit status.
 *
 * Takes records from a capture file, standard input or an interface, has them cut to size, waits
 * until they are due, and gives them to the connection. Refuses to look into records and to know
 * descriptors beyond passing them on. The only file of the sender that exits. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "io.h"
#include "parse.h"
#include "send_cut.h"
#include "send_live.h"
#include "send_net.h"
#include "send_progress.h"
#include "send_source.h"
#include "send_tls.h"

#define SECOND   INT64_C(1000000000)
#define RATE_MAX 1000000000

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_GO_ON = -1, /* of the options: nothing to exit for */
};

struct options {
	uint32_t snaplen;
	struct addr source;
	uint64_t rate; /* packets per second; 0: as fast as it goes */
	bool original; /* by the packets' times */
	uint64_t loop; /* passes; 0: for ever */
	bool looped;   /* --loop was given */
	bool reconnect, quiet;
	bool tls;
	const char *tls_option; /* one that needs --tls, if any was given */
	struct send_tls_options secure;
	uint16_t port;
	const char *interface; /* NULL: from a file */
	const char *host;
	const char *file;    /* NULL: standard input */
	char *const *filter; /* words, up to a NULL */
};

/* Options without a letter. */
enum {
	OPTION_TLS = 256,
	OPTION_CA, /* from here on with --tls only */
	OPTION_CERT,
	OPTION_KEY,
	OPTION_SERVER_NAME,
	OPTION_NO_VERIFY,
	OPTION_PRIORITY,
};

/* When packets are due. */
struct pace {
	uint64_t rate;
	bool original;
	uint64_t count; /* with a rate: packets so far */
	int64_t begun;  /* with a rate: when the first was due */
	bool based;     /* by time: the reference below is set */
	int64_t base_time, base_due;
	int64_t high;     /* latest packet time since the reference */
	int64_t last_due; /* 0: none yet */
};

/* How the stream of records ended. */
enum ending {
	ENDED,       /* all was given to the connection */
	INTERRUPTED, /* a signal, between two records */
	BROKEN,      /* the input cannot go on; job.error */
	LOST,        /* the connection cannot; net.error */
	GOING_ON,
};

struct job {
	const struct options *o;
	struct send_source source; /* without an interface */
	struct send_live live;     /* with one */
	struct send_cut cut;
	struct send_tls *tls; /* NULL: plain */
	struct send_net net;
	struct send_progress progress;
	struct pace pace;
	uint64_t packets;
	uint64_t passes, pass_packets;
	int64_t begun;
	char error[768];
};

static volatile sig_atomic_t stop;

/* ---- options ---- */

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
    "  -R, --reconnect            connect again, every 2 seconds, for ever\n"
    "  -q, --quiet                no progress, no summary\n"
    "      --tls                  encrypt, and verify the server; the options below need this\n"
    "      --ca FILE              authorities to trust (those of the system)\n"
    "      --cert FILE            certificate to show to the server\n"
    "      --key FILE             its key\n"
    "      --server-name NAME     name or address in the server's certificate (HOST)\n"
    "      --no-verify            take any server\n"
    "      --priority STRING      for GnuTLS (" SEND_TLS_PRIORITY ")\n"
    "  -h, --help    -V, --version\n";

__attribute__((format(printf, 1, 2))) static enum status wrong(const char *fmt, ...)
{
	va_list ap;

	fputs("osmo-pcap-send: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; see osmo-pcap-send --help\n", stderr);
	return STATUS_USAGE;
}

static enum status read_number(
    const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	if (parse_number(text, min, max, out))
		return STATUS_GO_ON;
	return wrong(
	    "--%s '%s' is not a number from %" PRIu64 " to %" PRIu64, name, text, min, max);
}

static enum status read_rate(struct options *o, const char *text)
{
	o->original = strcmp(text, "original") == 0;
	o->rate = 0;
	if (o->original || parse_number(text, 1, RATE_MAX, &o->rate))
		return STATUS_GO_ON;
	return wrong("--rate '%s' is neither 'original' nor a number from 1 to %d", text, RATE_MAX);
}

static enum status read_tls_option(struct options *o, int option, const char *text)
{
	static const char *const names[] = {
	    "--ca", "--cert", "--key", "--server-name", "--no-verify", "--priority"};

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
	return STATUS_GO_ON;
}

static enum status check_tls_options(struct options *o)
{
	if (o->tls_option && !o->tls)
		return wrong("%s needs --tls", o->tls_option);
	if (!o->secure.cert != !o->secure.key)
		return wrong("--cert and --key go together");
	if (o->secure.name && !*o->secure.name)
		return wrong("--server-name is empty");
	return STATUS_GO_ON;
}

static enum status read_option(struct options *o, int option, const char *text)
{
	enum status r = STATUS_GO_ON;
	uint64_t v = 0;

	switch (option) {
	case 's':
		r = read_number("snaplen", text, 1, SEND_SNAPLEN_MAX, &v);
		o->snaplen = (uint32_t)v;
		return r;
	case 'p':
		r = read_number("port", text, 1, 65535, &v);
		o->port = (uint16_t)v;
		return r;
	case 'l':
		o->looped = true;
		return read_number("loop", text, 0, UINT32_MAX, &o->loop);
	case 'r':
		return read_rate(o, text);
	case 'S':
		return addr_parse(text, &o->source)
			   ? r
			   : wrong("--source '%s' is not an IP address", text);
	case 'i':
		o->interface = text;
		return r;
	case 'R':
		o->reconnect = true;
		return r;
	case 'q':
		o->quiet = true;
		return r;
	case OPTION_TLS:
		o->tls = true;
		return r;
	case OPTION_CA:
	case OPTION_CERT:
	case OPTION_KEY:
	case OPTION_SERVER_NAME:
	case OPTION_NO_VERIFY:
	case OPTION_PRIORITY:
		return read_tls_option(o, option, text);
	case 'h':
		fputs(usage_text, stdout);
		return STATUS_OK;
	case 'V':
		puts("osmo-pcap-send " PACKAGE_VERSION);
		return STATUS_OK;
	default: /* getopt has said what is wrong */
		fputs(usage_text, stderr);
		return STATUS_USAGE;
	}
}

static enum status read_operands(struct options *o, int argc, char **argv)
{
	if (argc < 1 || !*argv[0])
		return wrong("no HOST given");
	o->host = argv[0];
	if (!o->secure.name)
		o->secure.name = o->host;
	o->filter = argv + 1;
	if (o->interface)
		return o->looped ? wrong("--loop is for files, not for an interface")
				 : STATUS_GO_ON;
	if (argc > 2)
		return wrong("'%s' after the FILE; a filter needs --interface", argv[2]);
	if (argc == 2 && strcmp(argv[1], "-") != 0)
		o->file = argv[1];
	if (!o->file && o->looped)
		return wrong("--loop is for files, not for standard input");
	if (!o->file && isatty(STDIN_FILENO))
		return wrong("no FILE given, and standard input is a terminal");
	return STATUS_GO_ON;
}

static enum status read_options(struct options *o, int argc, char **argv)
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
	    {"priority", required_argument, NULL, OPTION_PRIORITY},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {0},
	};
	enum status r;
	int option;

	*o =
	    (struct options){.snaplen = SEND_SNAPLEN_DEFAULT, .loop = 1, .port = SEND_PORT_DEFAULT};
	/* "+": a filter may hold words that begin with a minus. */
	while ((option = getopt_long(argc, argv, "+s:S:r:l:Rqp:i:hV", longs, NULL)) != -1)
		if ((r = read_option(o, option, optarg)) != STATUS_GO_ON)
			return r;
	if ((r = check_tls_options(o)) != STATUS_GO_ON)
		return r;
	return read_operands(o, argc - optind, argv + optind);
}

/* ---- messages ---- */

static void say(void *context, const char *text)
{
	struct job *j = context;

	send_progress_clear(&j->progress);
	fprintf(stderr, "osmo-pcap-send: %s\n", text);
}

static void show_progress(void *context, int64_t now)
{
	struct job *j = context;

	send_progress_draw(&j->progress, now,
	    j->passes * j->source.size + send_source_done(&j->source), j->packets, j->net.bytes);
}

static void summary(struct job *j)
{
	double seconds = (double)(send_net_now() - j->begun) / 1e9;
	uint64_t dropped;

	send_progress_clear(&j->progress);
	if (j->o->quiet)
		return;
	fprintf(stderr, "sent packets=%" PRIu64 " bytes=%" PRIu64 " seconds=%.3f", j->packets,
	    j->net.bytes, seconds);
	if (j->cut.cut > 0)
		fprintf(stderr, " cut=%" PRIu64, j->cut.cut);
	if (j->cut.skipped > 0)
		fprintf(stderr, " skipped=%" PRIu64, j->cut.skipped);
	if (j->o->interface && send_live_dropped(&j->live, &dropped))
		fprintf(stderr, " dropped=%" PRIu64, dropped);
	fputc('\n', stderr);
}

/* ---- pace ---- */

/* a - b, or the nearest there is to it. */
static int64_t difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a < b ? INT64_MIN : INT64_MAX;
	return d;
}

/* By the packets' times. A packet somewhat earlier than one before it is due at once. A clock that
 * was set back, or a new pass, must not make all that follows due at once: a new reference. */
static int64_t due_by_time(struct pace *p, const struct send_record *r, int64_t now)
{
	if (!r->timed)
		return 0;
	if (!p->based || difference(p->high, r->time_ns) > SECOND) {
		p->based = true;
		p->base_due = p->last_due > 0 ? p->last_due : now;
		p->base_time = p->high = r->time_ns;
	}
	if (r->time_ns > p->high)
		p->high = r->time_ns;
	if (__builtin_add_overflow(p->base_due, difference(r->time_ns, p->base_time), &p->last_due))
		p->last_due = INT64_MAX;
	return p->last_due;
}

/* Counted from the first packet, so that no error adds up. */
static int64_t due_by_rate(struct pace *p, int64_t now)
{
	uint64_t k = p->count++;

	if (k == 0)
		p->begun = now;
	return p->begun + (int64_t)(k / p->rate) * SECOND +
	       (int64_t)(k % p->rate * (uint64_t)SECOND / p->rate);
}

static bool wait_until_due(struct job *j, const struct send_record *r)
{
	int64_t now = send_net_now();
	int64_t due = j->pace.original ? due_by_time(&j->pace, r, now) : due_by_rate(&j->pace, now);

	if (due <= now)
		return true;
	return send_net_flush(&j->net) && send_net_wait(&j->net, -1, due);
}

/* ---- the stream of records ---- */

static enum send_got next_record(struct job *j, struct send_record *r)
{
	return j->o->interface ? send_live_next(&j->live, r) : send_source_next(&j->source, r);
}

static enum ending input_wrong(struct job *j, const struct send_record *r)
{
	snprintf(j->error, sizeof(j->error), "%.200s: at byte %" PRIu64 ": %s",
	    j->o->interface ? j->o->interface : j->source.name, r->offset, j->cut.why);
	return BROKEN;
}

static enum ending send_record(struct job *j, struct send_record *r)
{
	bool ok = true;

	if (r->what == SEND_HEADER) {
		if (!send_cut_header(&j->cut, r->data, r->len))
			return input_wrong(j, r);
		return send_net_header(&j->net, r->data, r->len) ? GOING_ON : LOST;
	}
	switch (send_cut_record(&j->cut, r->data, &r->len)) {
	case SEND_MALFORMED:
		return input_wrong(j, r);
	case SEND_SKIP:
		return GOING_ON;
	case SEND_FITS:
		break;
	}
	if (r->what == SEND_INTERFACE)
		return send_net_interface(&j->net, r->data, r->len) ? GOING_ON : LOST;
	if (r->what == SEND_PACKET) {
		if (j->pace.rate > 0 || j->pace.original)
			ok = wait_until_due(j, r);
		j->packets++;
	}
	return ok && send_net_data(&j->net, r->data, r->len) ? GOING_ON : LOST;
}

/* Nothing more is there just now, so what is there must not wait either. */
static enum ending pause_input(struct job *j)
{
	int fd = j->o->interface ? j->live.fd : j->source.fd;
	int64_t deadline = -1;

	if (j->o->interface && j->live.timeout_ns >= 0)
		deadline = send_net_now() + j->live.timeout_ns;
	return send_net_flush(&j->net) && send_net_wait(&j->net, fd, deadline) ? GOING_ON : LOST;
}

static enum ending next_pass(struct job *j)
{
	/* Without a packet in it there is nothing to repeat, and it would be for ever at once. */
	bool empty = j->packets == j->pass_packets;

	j->passes++;
	j->pass_packets = j->packets;
	if (empty || j->passes == j->o->loop)
		return ENDED;
	if (!send_source_rewind(&j->source)) {
		snprintf(j->error, sizeof(j->error), "%s", j->source.error);
		return BROKEN;
	}
	j->pace.based = false;
	return GOING_ON;
}

static enum ending send_all(struct job *j)
{
	enum ending e = GOING_ON;

	while (e == GOING_ON) {
		struct send_record r;

		if (stop)
			return INTERRUPTED;
		switch (next_record(j, &r)) {
		case SEND_GOT:
			e = send_record(j, &r);
			break;
		case SEND_PAUSE:
			e = pause_input(j);
			break;
		case SEND_END:
			e = next_pass(j);
			break;
		case SEND_FAILED:
			snprintf(j->error, sizeof(j->error), "%s",
			    j->o->interface ? j->live.error : j->source.error);
			return BROKEN;
		}
	}
	return e;
}

/* What was whole is sent whatever came after it, so the connection ends properly even then. */
static enum status finish(struct job *j, enum ending e)
{
	bool finished = e != LOST && send_net_finish(&j->net);

	if (finished) /* else nobody can tell what of it arrived */
		summary(j);
	if (e == BROKEN)
		say(j, j->error);
	if (!finished)
		say(j, j->net.error);
	if (e == INTERRUPTED && finished && !j->o->interface && j->source.regular) {
		snprintf(j->error, sizeof(j->error), "interrupted before the end of %.200s",
		    j->source.name);
		say(j, j->error);
		return STATUS_FAILED;
	}
	return finished && e != BROKEN ? STATUS_OK : STATUS_FAILED;
}

/* ---- start ---- */

static bool load_tls(struct job *j)
{
	if (!j->o->tls)
		return true;
	j->tls = send_tls_new(&j->o->secure, j->error, sizeof(j->error));
	return j->tls;
}

static bool open_input(struct job *j)
{
	const struct options *o = j->o;

	if (o->interface) {
		if (send_live_open(&j->live, o->interface, o->snaplen, o->filter))
			return true;
		snprintf(j->error, sizeof(j->error), "%s", j->live.error);
		return false;
	}
	if (!send_source_open(&j->source, o->file)) {
		snprintf(j->error, sizeof(j->error), "%s", j->source.error);
		return false;
	}
	if (o->looped && !j->source.regular) {
		snprintf(
		    j->error, sizeof(j->error), "%.200s: --loop needs a regular file", o->file);
		return false;
	}
	j->source.want_time = o->original;
	return true;
}

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* Blocked but where send_net waits. The second one kills: nobody should need SIGKILL because the
 * server does not answer. */
static void take_signals(sigset_t *wait_mask)
{
	struct sigaction end = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, wait_mask);
	sigdelset(wait_mask, SIGINT);
	sigdelset(wait_mask, SIGTERM);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void prepare(struct job *j)
{
	const struct options *o = j->o;
	uint64_t total = !o->interface && o->loop > 0 ? j->source.size * o->loop : 0;

	j->begun = send_net_now();
	j->pace = (struct pace){.rate = o->rate, .original = o->original};
	send_cut_init(&j->cut, o->snaplen);
	send_progress_init(&j->progress, !o->quiet, total, j->begun);
	j->net.host = o->host;
	j->net.port = o->port;
	j->net.source = o->source;
	j->net.reconnect = o->reconnect;
	j->net.open = j->tls ? send_tls_open : NULL;
	j->net.opener = j->tls;
	j->net.stop = &stop;
	j->net.tick = j->progress.on ? show_progress : NULL;
	j->net.notice = say;
	j->net.context = j;
}

int main(int argc, char **argv)
{
	static struct job j;
	struct options o;
	enum status status;

	/* First, so that no descriptor opened below is taken for a standard one. */
	if (!io_fill_standard())
		return STATUS_FAILED;
	status = read_options(&o, argc, argv);
	if (status != STATUS_GO_ON)
		return status;
	j.o = &o;
	if (load_tls(&j) && open_input(&j)) {
		prepare(&j);
		/* After opening the input: a FIFO without a writer is left by the default action.
		 */
		take_signals(&j.net.wait_mask);
		status = finish(&j, send_all(&j));
	} else {
		say(&j, j.error);
		status = STATUS_FAILED;
	}
	send_net_close(&j.net);
	send_tls_free(j.tls);
	if (o.interface)
		send_live_close(&j.live);
	else
		send_source_close(&j.source);
	return status;
}
