/* main: options, and the order of starting.
 *
 * Refuses to serve: master does, from master_run() to the exit status. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/adopt.h"
#include "daemon/background.h"
#include "config/config.h"
#include "base/exitcode.h"
#include "server/generation.h"
#include "base/io.h"
#include "daemon/listen.h"
#include "base/log.h"
#include "server/events.h"
#include "server/master.h"
#include "daemon/notify.h"
#include "daemon/pidfile.h"
#include "daemon/privs.h"
#include "base/problem.h"
#include "server/roles.h"
#include "base/zone.h"

/* In syslog lines. */
#define IDENT "osmo-pcap-server"

struct options {
	const char *file;
	bool daemonize, test, print, inetd;
};

_Static_assert(CONFIG_IP_MAX <= LISTEN_MAX, "every address that may be listed can be bound");

static struct background background = {.ready = -1}; /* with -D */
static bool mute;   /* standard error is, or was, the peer's: not a word into it */
static bool logged; /* there is a log for what is wrong: nobody waits at a terminal */

static void usage(FILE *out)
{
	fputs("usage: osmo-pcap-server [-D | -i | -t | -T] [-c CFG_FILE] | -h | -V\n"
	      "  -c, --config-file FILE  configuration (default osmo-pcap-server.cfg)\n"
	      "  -D, --daemonize         go into the background when ready\n"
	      "  -i, --inetd             serve one connection, which is standard input\n"
	      "  -t, --test-config       check what the start would read, then exit\n"
	      "  -T, --print-config      print the effective configuration, then exit\n"
	      "  -h, --help              show this\n"
	      "  -V, --version           show the version\n"
	      "See osmo-pcap-server(8) and osmo-pcap-server.cfg(5).\n",
	    out);
}

/* inetd has made the connection standard error, too. */
static _Noreturn void wrong_options(void)
{
	if (!mute)
		usage(stderr);
	else if (log_open(IDENT, true))
		event_error("wrong options");
	exit(EXITCODE_USAGE);
}

/* What was asked for is on standard output, or the reason why it is not on standard error. */
static int finish_output(void)
{
	if (io_printed())
		return EXITCODE_OK;
	if (!mute)
		fprintf(stderr, "error: standard output: %s\n", strerror(errno));
	return EXITCODE_FAILURE;
}

static void parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
	    {"config-file", required_argument, NULL, 'c'},
	    {"daemonize", no_argument, NULL, 'D'},
	    {"inetd", no_argument, NULL, 'i'},
	    {"test-config", no_argument, NULL, 't'},
	    {"print-config", no_argument, NULL, 'T'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.file = "osmo-pcap-server.cfg"};
	opterr = !mute;
	while ((c = getopt_long(argc, argv, "c:DitThV", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->file = optarg;
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
		case 'h':
			usage(stdout);
			exit(finish_output());
		case 'V':
			puts("osmo-pcap-server " PACKAGE_VERSION);
			exit(finish_output());
		default:
			wrong_options();
		}
	}
	if (optind < argc || o->test + o->print + o->daemonize + o->inetd > 1)
		wrong_options();
	mute = false; /* unless it turns out to be a connection */
}

/* Of GnuTLS: children would write the secrets of their connections there, or die trying to. */
static void ignore_key_log(struct problems *p)
{
	if (!getenv("SSLKEYLOGFILE"))
		return;
	unsetenv("SSLKEYLOGFILE");
	problem_warning(p, NULL, 0,
	    "SSLKEYLOGFILE is ignored: secrets of TLS connections are not written down");
}

/* What a running server acts on would end one that starts: it waits until it runs. TERM and INT do
 * not, so that a start that hangs can be ended. */
static void hold_signals(sigset_t *before)
{
	static const int held[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGCHLD};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		sigaddset(&set, held[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

static int finish_problems(struct problems *p)
{
	int code = p->errors ? EXITCODE_CONFIG : EXITCODE_OK;

	if (logged)
		problems_log(p);
	else
		problems_print(p, stderr);
	problems_free(p);
	return code;
}

/* For good, and only as root: else somebody else has chosen who we are. */
static void drop_privileges(const struct config *c, struct problems *p)
{
	char reason[PRIVS_REASON_MAX];

	if (geteuid() != 0)
		return;
	if (!c->server.user)
		problem_warning(p, c->names.v[0], 0, "running as root: set user");
	else if (!privs_drop(c->server.user, c->server.group, reason))
		problem_error(p, c->names.v[0], 0, "%s", reason);
}

static void prepare_sandbox(const struct config *c, struct problems *p)
{
	char lacking[SANDBOX_LACKING_MAX];

	roles_prepare(lacking);
	if (!lacking[0])
		return;
	if (c->server.sandbox == SANDBOX_REQUIRED)
		problem_error(p, c->names.v[0], 0,
		    "sandbox = \"required\", and this kernel lacks %s", lacking);
	else
		problem_warning(p, c->names.v[0], 0,
		    "the sandbox has to do without what this kernel lacks: %s", lacking);
}

/* As the user that will do it all: a configuration that only root can read cannot be reloaded. */
static struct generation *open_generation(
    struct config *c, enum generation_check check, struct problems *p)
{
	for (size_t i = 0; i < c->names.n; i++)
		if (access(c->names.v[i], R_OK) < 0)
			problem_error(p, c->names.v[i], 0,
			    "cannot be read by the user of the server: %s%s", strerror(errno),
			    errno == EACCES ? ": its mode, or that of a directory above it" : "");
	if (c->server.sandbox != SANDBOX_OFF)
		prepare_sandbox(c, p); /* before the rules for the directories are made */
	return generation_open(c, check, p);
}

/* -t, and a start whose configuration has errors: everything else that is wrong comes with them. */
static int test_config(struct config *c, struct problems *p)
{
	struct generation *g;

	if (c) {
		drop_privileges(c, p);
		g = open_generation(c, GENERATION_LOOK, p);
		if (g)
			generation_unref(g);
	}
	return finish_problems(p);
}

static int print_config(struct config *c, struct problems *p)
{
	if (!c || p->errors)
		return test_config(c, p);
	config_print(c, stdout);
	config_free(c);
	finish_problems(p);
	return finish_output();
}

static void complain(const char *reason)
{
	if (logged)
		event_error(reason);
	else if (!mute)
		fprintf(stderr, "error: %s\n", reason);
}

static _Noreturn void die(const char *reason)
{
	complain(reason);
	exit(EXITCODE_FAILURE);
}

static _Noreturn void die_without_null(void)
{
	char reason[100];

	snprintf(reason, sizeof(reason), "/dev/null cannot be opened: %s", strerror(errno));
	die(reason);
}

/* Whoever runs the server may have put its log there, too, or a file of his own: no child is to
 * have a second way to the one, or any to the other. */
static void leave_standard(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		die_without_null();
	close(null);
}

/* What was opened before us. From here on there is a place for errors that is not the peer's. */
static void take_over(const struct options *o, struct master_start *start)
{
	struct adopted a;
	char reason[ADOPT_REASON_MAX];
	bool ok = adopt(&a, o->inetd, reason);

	logged = mute = a.mute;
	if (mute)
		log_open(IDENT, true); /* without a syslog socket there is no log */
	if (!ok)
		die(reason);
	if (o->daemonize && a.connection >= 0)
		die("a connection was passed: -D is for servers");
	if (a.connection >= 0 && !mute) {
		log_open(IDENT, false);
		logged = true;
	}
	start->listeners = a.listeners;
	start->connection = a.connection;
	start->peer = a.peer;
}

/* Whoever gave wrong variables gets no notice; the packets come first. */
static void open_notify(struct notify *n, struct problems *p)
{
	char reason[NOTIFY_REASON_MAX];

	if (!notify_open(n, reason))
		problem_warning(p, NULL, 0, "%s", reason);
}

static bool bind_sockets(const struct config *c, struct master_start *start)
{
	char reason[LISTEN_REASON_MAX];

	if (start->listeners.passed || start->connection >= 0 ||
	    listen_open(&start->listeners, NULL, c->server.ip.v, c->server.ip.n,
		(uint16_t)c->server.port, reason))
		return true;
	complain(reason);
	return false;
}

/* ---- -D ---- */

/* Early, so that what is bound and locked belongs to the process that stays. */
static void detach(struct config *c)
{
	sigset_t before;

	hold_signals(&before); /* so late: until the daemon is there, they are for the caller */
	if (!background_start(&background, &before)) {
		fprintf(stderr, "error: cannot go into the background: %s\n", strerror(errno));
		config_free(c);
		exit(EXITCODE_FAILURE);
	}
	if (!log_open(IDENT, true))
		fputs("warning: there is no syslog socket: the log is lost until there is one\n",
		    stderr);
}

/* Only now, when the sockets are bound and children can be started. */
static void ready(struct notify *notify)
{
	notify_ready(notify, background.ready >= 0);
	background_ready(&background);
}

/* The log is open by now; with -D somebody still waits for the reason. */
static void failed(const char *reason)
{
	event_error(reason);
	if (background.ready >= 0)
		fprintf(stderr, "error: the server cannot begin: %s\n", reason);
}

static int run(struct config *c, bool daemonize, struct master_start *start)
{
	/* with one connection, no room for a file is no reason to turn it away: it waits */
	enum generation_check check = start->connection < 0 ? GENERATION_TRY : GENERATION_LOOK;
	struct problems problems = {0};
	struct generation *g = NULL;
	struct pidfile pid;
	int code;

	log_set_level((enum log_level)c->server.log_level);
	/* before dropping privileges: low ports, and /run */
	if (!bind_sockets(c, start) || !pidfile_open(&pid, daemonize ? c->server.pid_file : NULL)) {
		config_free(c);
		return EXITCODE_FAILURE;
	}
	drop_privileges(c, &problems);
	if (problems.errors)
		config_free(c);
	else
		g = open_generation(c, check, &problems); /* as who will write there */
	code = finish_problems(&problems);
	if (code == EXITCODE_OK)
		code = master_run(g, start);
	pidfile_remove(&pid);
	return code;
}

int main(int argc, char **argv)
{
	struct master_start start = {.connection = -1, .ready = ready, .failed = failed};
	struct problems problems = {0};
	struct options o;
	struct config *c;
	sigset_t before;

	/* Whoever ignores it passes that on, and the kernel would reap our children. */
	signal(SIGCHLD, SIG_DFL);
	/* Large blocks are mappings of their own, always: freed is given back, in every child. */
	mallopt(M_MMAP_THRESHOLD, 64 * 1024);
	mute = adopt_is_mute();
	if (!io_fill_standard()) /* before anything opens a descriptor */
		die_without_null();
	signal(SIGXFSZ, SIG_IGN); /* before the first line of a log that may be limited */
	signal(SIGPIPE, SIG_IGN);
	io_raise_descriptors(); /* before the directories are opened */
	parse_options(argc, argv, &o);
	zone_read();
	ignore_key_log(&problems);
	if (!o.print && !o.test) {
		if (!o.daemonize)
			hold_signals(&before);
		take_over(&o, &start); /* before a word is written, and a descriptor opened */
		leave_standard();
		open_notify(&start.notify, &problems);
	}
	c = config_examine(o.file, &problems);
	if (o.print)
		return print_config(c, &problems);
	if (o.test || problems.errors || !c)
		return test_config(c, &problems);
	finish_problems(&problems);
	if (o.daemonize)
		detach(c); /* after the configuration: its errors belong to the caller's terminal */
	else if (!logged)
		log_open(IDENT, false);
	return run(c, o.daemonize, &start);
}
