/* main: the order of starting. Each step says why it stands where it does.
 *
 * Refuses to serve: master does, from master_run() to the exit status. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/heap.h"
#include "base/io.h"
#include "base/log.h"
#include "base/zone.h"
#include "config/config.h"
#include "daemon/adopt.h"
#include "daemon/pidfile.h"
#include "daemon/start.h"
#include "daemon/title.h"
#include "server/errout.h"
#include "server/events.h"
#include "server/explain.h"
#include "server/master.h"
#include "server/options.h"
#include "server/prepare.h"
#include "server/signals.h"

_Static_assert(CONFIG_IP_MAX <= LISTEN_MAX, "every address that may be listed can be bound");

static struct background background = {.ready = -1}; /* with -D */

/* ---- before the configuration ---- */

static void prepare_process(void)
{
	/* SIG_IGN is inherited, and with it the kernel would reap our children */
	signal(SIGCHLD, SIG_DFL);
	/* before the first line of a log, which may have a limit of size, or be a pipe */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* before the first large block: it is a mapping of its own, given back when it is freed, in
	 * every child */
	mallopt(M_MMAP_THRESHOLD, 64 * 1024);
}

static _Noreturn void die_without_null(void)
{
	char reason[100];

	snprintf(reason, sizeof(reason), "/dev/null cannot be opened: %s", strerror(errno));
	errout_die(reason);
}

/* GnuTLS would write the secrets of connections to the file that it names; in a sandbox that ends
 * the child. */
static void ignore_key_log(struct problems *p)
{
	if (!getenv("SSLKEYLOGFILE"))
		return;
	unsetenv("SSLKEYLOGFILE");
	problem_warning(p, NULL, 0,
	    "SSLKEYLOGFILE is ignored: secrets of TLS connections are not written down");
}

/* Sockets that were opened before the start. Afterwards it is known where errors go. */
static void adopt_sockets(const struct options *o, struct master_start *start)
{
	struct adopted a;
	char reason[ADOPT_REASON_MAX];
	bool ok = adopt(&a, o->inetd, reason);

	if (a.mute) {
		errout_set(ERROUT_LOG);
		log_open(ERROUT_IDENT, true); /* without a syslog socket there is no log */
	}
	if (!ok)
		errout_die(reason);
	if (o->daemonize && a.connection >= 0)
		errout_die("a connection was passed: -D is for servers");
	if (a.connection >= 0 && !a.mute) { /* a service manager reads standard error as a log */
		log_open(ERROUT_IDENT, false);
		errout_set(ERROUT_LOG);
	}
	start->listeners = a.listeners;
	start->connection = a.connection;
	start->peer = a.peer;
}

/* Wrong variables cost the notification only: the server records without it. */
static void open_notify(struct notify *n, struct problems *p)
{
	char reason[NOTIFY_REASON_MAX];

	if (!notify_open(n, reason))
		problem_warning(p, NULL, 0, "%s", reason);
}

/* Takes over what the process was started with; not with -t and -T, which only print. */
static void inherit(const struct options *o, struct master_start *start, struct problems *p)
{
	sigset_t before;

	if (!o->daemonize) /* with -D later: until the daemon exists, signals are for the caller */
		signals_hold(&before);
	/* before anything opens a descriptor or prints: descriptors are checked by their numbers,
	 * and standard error may be the connection */
	adopt_sockets(o, start);
	/* after it: a connection may have been on standard input */
	if (!background_leave_standard())
		die_without_null();
	open_notify(&start->notify, p);
}

/* Where none was named and there is none, what is missing is most likely the name. */
static struct config *examine(const struct options *o, struct problems *p)
{
	char *cwd;

	if (o->named || access(o->file, F_OK) == 0 || errno != ENOENT)
		return config_examine(o->file, p);
	cwd = getcwd(NULL, 0);
	problem_error(p, o->file, 0,
	    "no such file in the working directory, %s: name the configuration with -c",
	    cwd ? cwd : "which is gone");
	free(cwd);
	return NULL;
}

/* ---- -t and -T ---- */

/* Also a start whose configuration has errors: all others that a start would find are reported with
 * them. */
static int test_config(struct config *c, struct problems *p)
{
	struct generation *g;

	if (c) {
		prepare_user(c, p);
		prepare_look_at_area(c, p);
		g = prepare_generation(c, GENERATION_LOOK, p);
		if (g)
			generation_unref(g);
	}
	return errout_problems(p);
}

static int print_config(struct config *c, struct problems *p)
{
	if (!c || p->errors)
		return test_config(c, p);
	config_print(c, stdout);
	config_free(c);
	errout_problems(p);
	return errout_printed();
}

/* ---- --explain ---- */

static int explain_one(const struct options *o, struct problems *p)
{
	struct explain_question q;
	const char *word, *wrong = explain_ask(&q, o->explain, o->certificate, o->at, &word);
	enum explain_answer answer;
	char why[EXPLAIN_WHY_MAX];
	struct config *c;

	if (wrong)
		options_wrong(wrong, word);
	c = examine(o, p);
	if (!c || p->errors) {
		config_free(c);
		return errout_problems(p);
	}
	errout_problems(p);
	answer = explain(c, &q, stdout, why);
	config_free(c);
	if (answer == EXPLAIN_UNREADABLE)
		options_wrong("", why);
	return errout_printed() == EXITCODE_OK && answer == EXPLAIN_ADMITTED ? EXITCODE_OK
									     : EXITCODE_FAILURE;
}

/* ---- the server ---- */

/* Into the background, with -D. */
static void detach(struct config *c)
{
	sigset_t before;

	signals_hold(&before);
	if (start_detach(&background, &before, ERROUT_IDENT))
		return;
	config_free(c);
	exit(EXITCODE_FAILURE);
}

static bool bind_sockets(const struct config *c, struct master_start *start)
{
	char reason[LISTEN_REASON_MAX];

	if (start->listeners.passed || start->connection >= 0 ||
	    listen_open(&start->listeners, NULL, c->server.ip.v, c->server.ip.n,
		(uint16_t)c->server.port, reason))
		return true;
	errout_error(reason);
	return false;
}

/* Called by the master when connections are accepted and children can be started. */
static void ready(struct notify *notify)
{
	start_ready(notify, &background);
}

/* Called by the master instead. With -D the caller still waits, and reads standard error. */
static void failed(const char *reason)
{
	event_error(reason);
	if (background.ready >= 0)
		fprintf(stderr, "error: the server cannot begin: %s\n", reason);
}

static int run(struct config *c, const struct options *o, struct master_start *start)
{
	/* one connection is not refused because no file can be created now: its child waits */
	enum generation_check check = start->connection < 0 ? GENERATION_TRY : GENERATION_LOOK;
	struct problems problems = {0};
	struct generation *g = NULL;
	struct pidfile pid;
	struct title title;
	int code;

	/* before other processes are forked, which have titles, too */
	title_prepare(ERROUT_IDENT);
	title_set(&title, "master [%s]", o->file);
	title_show(&title);
	log_set_level((enum log_level)c->server.log_level);
	/* before the user changes: low ports, and /run */
	if (!bind_sockets(c, start) ||
	    !pidfile_open(&pid, o->daemonize ? c->server.pid_file : NULL)) {
		config_free(c);
		return EXITCODE_FAILURE;
	}
	/* before directories are opened: as the user that will write there */
	prepare_user(c, &problems);
	if (problems.errors)
		config_free(c);
	else
		g = prepare_generation(c, check, &problems);
	code = errout_problems(&problems);
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

	prepare_process();
	/* before anything is printed: with inetd standard error is the connection */
	errout_set(adopt_is_mute() ? ERROUT_NOWHERE : ERROUT_STDERR);
	/* before anything opens a descriptor, which would get a standard number */
	if (!io_fill_standard())
		die_without_null();
	/* before directories are opened */
	io_raise_descriptors();
	options_parse(argc, argv, &o);
	/* after the options: what only prints needs little memory; before there is anything to lose
	 */
	if (!options_only_print(&o))
		heap_without_cache(argv);
	/* after the options: with -t and -T a person reads; for others adopt_sockets() decides */
	errout_set(ERROUT_STDERR);
	/* before the first line of a log, which has a time */
	zone_read();
	/* before GnuTLS is used */
	ignore_key_log(&problems);
	if (!options_only_print(&o))
		inherit(&o, &start, &problems);
	if (o.explain)
		return explain_one(&o, &problems);
	/* after standard input is given up: a configuration is never read from it */
	c = examine(&o, &problems);
	if (o.print)
		return print_config(c, &problems);
	if (o.test || problems.errors || !c)
		return test_config(c, &problems);
	errout_problems(&problems);
	/* after the configuration, whose errors are for the caller's terminal; before sockets are
	 * bound and the pid file is locked, which belong to the process that stays */
	if (o.daemonize)
		detach(c);
	else if (errout_get() != ERROUT_LOG)
		log_open(ERROUT_IDENT, false);
	return run(c, &o, &start);
}
