/* main: osmo-pcap-archive, from options to exit status.
 *
 * Opens what the others work with, in the order that each step needs; refuses to work itself. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
#include "config/required.h"
#include "daemon/pidfile.h"
#include "daemon/privs.h"
#include "daemon/start.h"

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

static int work(struct daemon *d, const struct options *o, struct start *s)
{
	char reason[DEPOT_REASON_MAX];
	int code;

	if (!depot_open(&d->depot, d->config->archive.path, errand_use(o->mode), reason))
		return start_failed(reason);
	if (errand_is(o->mode)) {
		code = errand_run(o, &d->depot, d->config);
	} else {
		event_archiving(d->config);
		start_ready(&s->notify, &s->background);
		code = daemon_run(d) ? EXITCODE_OK : EXITCODE_FAILURE;
		event_stopped();
	}
	depot_close(&d->depot);
	return code;
}

/* As the user of the archive: what the start needs is opened, and its signals arrive. */
static int open_and_work(struct daemon *d, const struct options *o, struct start *s)
{
	struct problems p = {0};
	int code = EXITCODE_OK;

	change_user(d->config, &p);
	look_for_command(d->config, &p);
	if (o->mode == MODE_TEST)
		look_for_index(d->config, &p);
	start_sandbox(d->config, archive_roles_prepare, &p);
	sandbox_measure(0, 0);
	if (sources_open(&d->sources, d->config, &p) && p.errors == 0 &&
	    errand_use(o->mode) != DEPOT_READ)
		rights_check(d->config, &d->sources, &p);
	if (!problems_tell(&p, stderr))
		return EXITCODE_CONFIG;
	d->signals = start_signals(s);
	if (d->signals < 0)
		return start_failed(strerror(errno));
	if (o->mode != MODE_TEST)
		code = work(d, o, s);
	sources_close(&d->sources);
	return code;
}

static void hold_signals(struct start *s, enum mode mode)
{
	static const int wanted[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGCHLD};

	start_hold_signals(s, wanted, sizeof(wanted) / sizeof(*wanted));
	if (errand_is(mode)) /* a signal ends it */
		sigprocmask(SIG_SETMASK, &s->before, NULL);
	if (mode == MODE_PLAN || mode == MODE_VERIFY) /* so does a reader that has enough */
		signal(SIGPIPE, SIG_DFL);
}

static int run(struct daemon *d, const struct options *o, struct start *s)
{
	struct pidfile pid;
	int code;

	hold_signals(s, o->mode);
	if (o->mode == MODE_DAEMON && !start_daemon(s, o->daemonize))
		return EXITCODE_FAILURE;
	if (o->mode == MODE_ONCE)
		log_open(s->ident, false);
	/* before the user changes: /run */
	if (!pidfile_open(&pid, o->daemonize ? d->config->archive.pid_file : NULL))
		return EXITCODE_FAILURE;
	code = open_and_work(d, o, s);
	pidfile_remove(&pid);
	notify_close(&s->notify);
	return code;
}

int main(int argc, char **argv)
{
	struct start start = START("osmo-pcap-archive");
	struct daemon d = {.notify = &start.notify};
	struct problems p = {0};
	struct options o;
	int code;

	if (!io_fill_standard())
		return EXITCODE_FAILURE;
	io_raise_descriptors(); /* each completed-path has one, and at a reload two */
	options_parse(argc, argv, &o);
	zone_read();
	umask(027); /* what is archived is for the group as well */
	d.file = o.file;
	d.once = o.mode == MODE_ONCE;
	d.config = required_examine(o.file, REQUIRED_ARCHIVE, &p);
	/* after the configuration, whose errors are for the caller's terminal */
	if (!problems_tell(&p, stderr) || !d.config)
		return EXITCODE_CONFIG;
	log_set_level((enum log_level)d.config->server.log_level);
	code = run(&d, &o, &start);
	config_free(d.config);
	return code;
}
