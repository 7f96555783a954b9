/* main: osmo-pcap-archive, from options to exit status.
 *
 * Opens what the others work with, in the order that each step needs; refuses to work itself. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/daemon.h"
#include "archive/errand.h"
#include "archive/events.h"
#include "archive/options.h"
#include "archive/rights.h"
#include "archive/roles.h"
#include "archive/runner.h"
#include "archive/used.h"
#include "base/exitcode.h"
#include "base/io.h"
#include "base/log.h"
#include "base/zone.h"
#include "config/keys.h"
#include "daemon/background.h"
#include "daemon/notify.h"
#include "daemon/pidfile.h"
#include "daemon/privs.h"

#define IDENT "osmo-pcap-archive"

static struct background background = {.ready = -1}; /* with -D */

static void require_group(const struct config *c, struct problems *p)
{
	if (!c->archive.present)
		problem_error(p, c->names.v[0], 0, "there is no archive group");
}

/* The configuration, with every error that it has; NULL when it has one. */
static struct config *examine(const char *file, struct problems *p)
{
	struct config *c = config_examine(file, p);

	if (c)
		require_group(c, p);
	if (c && p->errors == 0)
		return c;
	config_free(c);
	return NULL;
}

static struct config *examine_again(void *context)
{
	const struct options *o = context;
	struct problems p = {0};
	struct config *c;

	zone_read();
	c = examine(o->file, &p);
	problems_log(&p);
	problems_free(&p);
	return c;
}

static void prepare_sandbox(const struct config *c, struct problems *p)
{
	char lacking[SANDBOX_LACKING_MAX];

	if (c->server.sandbox == SANDBOX_OFF)
		return;
	if (!archive_roles_prepare(lacking))
		problem_error(p, c->names.v[0], 0, "the sandbox: %s", strerror(errno));
	sandbox_report(lacking, c->server.sandbox == SANDBOX_REQUIRED, c->names.v[0], p);
}

/* What a command of hand-over finds there is of the user it runs as, not of root. */
static void set_environment(void)
{
	const struct passwd *pw = getpwuid(geteuid());

	if (!pw)
		return;
	setenv("HOME", pw->pw_dir, 1);
	setenv("USER", pw->pw_name, 1);
	setenv("LOGNAME", pw->pw_name, 1);
}

static void change_user(const struct config *c, struct problems *p)
{
	bool was_root = geteuid() == 0;

	privs_take(c->archive.user, c->archive.group, "user in archive", c->names.v[0], p);
	if (was_root && geteuid() != 0)
		set_environment();
}

/* It may be installed later: that is no error. */
static void look_for_command(const struct config *c, struct problems *p)
{
	const struct config_hand_over *h = &c->archive.hand_over;
	struct origin o = config_origin(&config_hand_over_keys, &h->origins, "command");
	const char *program = h->present && h->command.n > 0 ? h->command.v[0] : NULL;

	if (program && !strchr(program, '{') && !runner_finds(program))
		problem_warning(p, o.file, o.line, "command: there is no program %s", program);
}

/* Nothing would be archived before it is there. */
static void look_for_index(const struct config *c, struct problems *p)
{
	struct origin o = config_origin(&config_archive_keys, &c->archive.origins, "path");

	if (used_lacks_index(c->archive.path))
		problem_warning(p, o.file, o.line,
		    "path %s: there are files and no index: osmo-pcap-archive --rebuild makes it "
		    "anew",
		    c->archive.path);
}

/* Before there is a signalfd they wait. */
static void hold_signals(sigset_t *set, sigset_t *before)
{
	static const int wanted[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGCHLD};

	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		sigaddset(set, wanted[i]);
	sigprocmask(SIG_SETMASK, set, before);
}

static int fail(const char *reason)
{
	fprintf(stderr, "error: %s\n", reason);
	return EXITCODE_FAILURE;
}

/* From here on the caller, who has waited, need not wait any more. */
static void tell_ready(struct notify *n)
{
	notify_ready(n, background.ready >= 0);
	background_ready(&background);
}

static int work(struct daemon *d, const struct options *o)
{
	char reason[DEPOT_REASON_MAX];
	int code;

	if (!depot_open(&d->depot, d->config->archive.path, errand_use(o->mode), reason))
		return fail(reason);
	if (errand_is(o->mode)) {
		code = errand_run(o, &d->depot, d->config);
	} else {
		event_archiving(d->config);
		tell_ready(&d->notify);
		code = daemon_run(d) ? EXITCODE_OK : EXITCODE_FAILURE;
		event_stopped();
	}
	depot_close(&d->depot);
	return code;
}

/* As the user of the archive: what the start needs is opened, and its signals arrive. */
static int open_and_work(struct daemon *d, const struct options *o, const sigset_t *signals)
{
	struct problems p = {0};
	int code = EXITCODE_OK;

	change_user(d->config, &p);
	look_for_command(d->config, &p);
	if (o->mode == MODE_TEST)
		look_for_index(d->config, &p);
	prepare_sandbox(d->config, &p);
	sandbox_measure(0, 0);
	if (sources_open(&d->sources, d->config, &p) && p.errors == 0 &&
	    errand_use(o->mode) != DEPOT_READ)
		rights_check(d->config, &d->sources, &p);
	if (!problems_tell(&p, stderr))
		return EXITCODE_CONFIG;
	d->signals = signalfd(-1, signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (d->signals < 0)
		return fail(strerror(errno));
	if (o->mode != MODE_TEST)
		code = work(d, o);
	sources_close(&d->sources);
	return code;
}

/* Into the background, with -D. */
static bool detach(const sigset_t *before)
{
	if (!background_start(&background, before)) {
		fprintf(stderr, "error: cannot go into the background: %s\n", strerror(errno));
		return false;
	}
	log_open_syslog(IDENT);
	return true;
}

static int run(struct daemon *d, const struct options *o)
{
	sigset_t signals, before;
	struct pidfile pid;
	int code;

	hold_signals(&signals, &before);
	if (errand_is(o->mode)) /* a signal ends it */
		sigprocmask(SIG_SETMASK, &before, NULL);
	if (o->mode == MODE_PLAN || o->mode == MODE_VERIFY) /* so does a reader that has enough */
		signal(SIGPIPE, SIG_DFL);
	if (o->mode == MODE_DAEMON) {
		notify_open_told(&d->notify); /* named for this process: before -D forks */
		if (!background_leave_standard())
			return fail(strerror(errno));
	}
	if (o->daemonize && !detach(&before))
		return EXITCODE_FAILURE;
	if ((o->mode == MODE_DAEMON && !o->daemonize) || o->mode == MODE_ONCE)
		log_open(IDENT, false);
	/* before the user changes: /run */
	if (!pidfile_open(&pid, o->daemonize ? d->config->archive.pid_file : NULL))
		return EXITCODE_FAILURE;
	code = open_and_work(d, o, &signals);
	pidfile_remove(&pid);
	notify_close(&d->notify);
	return code;
}

int main(int argc, char **argv)
{
	struct problems p = {0};
	struct daemon d = {.reload = examine_again, .notify = {.fd = -1}};
	struct options o;
	int code;

	if (!io_fill_standard())
		return EXITCODE_FAILURE;
	io_raise_descriptors(); /* each completed-path has one, and at a reload two */
	options_parse(argc, argv, &o);
	zone_read();
	umask(027); /* what is archived is for the group as well */
	d.context = &o;
	d.once = o.mode == MODE_ONCE;
	d.config = examine(o.file, &p);
	/* after the configuration, whose errors are for the caller's terminal */
	if (!problems_tell(&p, stderr) || !d.config)
		return EXITCODE_CONFIG;
	log_set_level((enum log_level)d.config->server.log_level);
	code = run(&d, &o);
	config_free(d.config);
	return code;
}
