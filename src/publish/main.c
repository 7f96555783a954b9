/* main: osmo-pcap-publish, from options to exit status.
 *
 * Opens what the others work with, in the order that each step needs; refuses to work itself. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "base/log.h"
#include "base/zone.h"
#include "config/keys.h"
#include "daemon/background.h"
#include "daemon/notify.h"
#include "daemon/pidfile.h"
#include "daemon/privs.h"
#include "publish/daemon.h"
#include "publish/events.h"
#include "publish/options.h"
#include "publish/roles.h"
#include "status/layout.h"

#define IDENT "osmo-pcap-publish"

struct program {
	struct options options;
	struct notify notify;
	struct background background; /* with -D */
};

static void require_group(const struct config *c, struct problems *p)
{
	if (!c->publisher.present)
		problem_error(p, c->names.v[0], 0, "there is no zeromq-publisher group");
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
	struct program *g = context;
	struct problems p = {0};
	struct config *c;

	zone_read();
	c = examine(g->options.file, &p);
	problems_log(&p);
	problems_free(&p);
	return c;
}

static void prepare_sandbox(const struct config *c, struct problems *p)
{
	char lacking[SANDBOX_LACKING_MAX];

	if (c->server.sandbox == SANDBOX_OFF)
		return;
	if (!publish_roles_prepare(lacking))
		problem_error(p, c->names.v[0], 0, "the sandbox: %s", strerror(errno));
	sandbox_report(lacking, c->server.sandbox == SANDBOX_REQUIRED, c->names.v[0], p);
}

/* The server may be started later. */
static void look_for_status(const struct config *c, struct problems *p)
{
	struct origin o = config_origin(&config_server_keys, &c->server.origins, "status-path");
	const char *path = c->server.status_path ? c->server.status_path : STATUS_PATH;

	if (access(path, R_OK | X_OK) < 0)
		problem_warning(p, o.file, o.line,
		    "status-path: %s: %s: until there is a server with a status area there, "
		    "recordings alone tell of connections",
		    path, strerror(errno));
}

/* Captures are read as the publisher's user. */
static void check_directory(const char *path, struct origin o, struct problems *p)
{
	char user[PRIVS_USER_MAX];

	if (access(path, F_OK) < 0)
		problem_error(p, o.file, o.line, "%s: %s", path, strerror(errno));
	else if (access(path, R_OK | X_OK) < 0)
		problem_error(p, o.file, o.line, "%s: not readable by user %s: %s", path,
		    privs_user(user), strerror(errno));
}

static void check_storage(
    const struct config_storage *s, const struct config_storage *server, struct problems *p)
{
	if (s == server || strcmp(s->base_path, server->base_path) != 0)
		check_directory(
		    s->base_path, config_origin(&config_storage_keys, &s->origins, "base-path"), p);
	if (s->completed_path && (s == server || !server->completed_path ||
				     strcmp(s->completed_path, server->completed_path) != 0))
		check_directory(s->completed_path,
		    config_origin(&config_storage_keys, &s->origins, "completed-path"), p);
}

static void check_directories(const struct config *c, struct problems *p)
{
	check_storage(&c->storage, &c->storage, p);
	for (size_t i = 0; i < c->nclients; i++)
		check_storage(&c->clients[i].storage, &c->storage, p);
}

/* Before there is a signalfd they wait. */
static void hold_signals(sigset_t *set, sigset_t *before)
{
	static const int wanted[] = {SIGHUP, SIGINT, SIGTERM};

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
static void tell_ready(void *context)
{
	struct program *g = context;

	notify_ready(&g->notify, g->background.ready >= 0);
	background_ready(&g->background);
}

static int work(struct daemon *d)
{
	char reason[GATE_REASON_MAX];
	bool ok;

	if (!gate_open(&d->gate, &d->config->publisher, reason))
		return fail(reason);
	ok = daemon_run(d);
	gate_close(&d->gate);
	event_stopped();
	return ok ? EXITCODE_OK : EXITCODE_FAILURE;
}

/* As the user of the publisher: what the start needs is opened, and its signals arrive. */
static int open_and_work(struct daemon *d, const struct program *g, const sigset_t *signals)
{
	const struct config_publisher *q = &d->config->publisher;
	struct problems p = {0};

	privs_take(q->user, q->group, "user in zeromq-publisher", d->config->names.v[0], &p);
	check_directories(d->config, &p);
	look_for_status(d->config, &p);
	prepare_sandbox(d->config, &p);
	sandbox_measure(0, 0);
	if (!problems_tell(&p, stderr))
		return EXITCODE_CONFIG;
	if (g->options.test)
		return EXITCODE_OK;
	d->signals = signalfd(-1, signals, SFD_NONBLOCK | SFD_CLOEXEC);
	return d->signals < 0 ? fail(strerror(errno)) : work(d);
}

/* Into the background, with -D. */
static bool detach(struct background *b, const sigset_t *before)
{
	if (!background_start(b, before)) {
		fprintf(stderr, "error: cannot go into the background: %s\n", strerror(errno));
		return false;
	}
	log_open_syslog(IDENT);
	return true;
}

static int run(struct daemon *d, struct program *g)
{
	sigset_t signals, before;
	struct pidfile pid;
	int code;

	hold_signals(&signals, &before);
	if (!g->options.test) {
		notify_open_told(&g->notify); /* named for this process: before -D forks */
		if (!background_leave_standard())
			return fail(strerror(errno));
		if (g->options.daemonize ? !detach(&g->background, &before)
					 : !log_open(IDENT, false))
			return EXITCODE_FAILURE;
	}
	/* before the user changes: /run */
	if (!pidfile_open(&pid, g->options.daemonize ? d->config->publisher.pid_file : NULL))
		return EXITCODE_FAILURE;
	code = open_and_work(d, g, &signals);
	pidfile_remove(&pid);
	notify_close(&g->notify);
	return code;
}

int main(int argc, char **argv)
{
	struct program g = {.notify.fd = -1, .background.ready = -1};
	struct daemon d = {.reload = examine_again, .ready = tell_ready, .context = &g};
	struct problems p = {0};
	int code;

	if (!io_fill_standard())
		return EXITCODE_FAILURE;
	io_raise_descriptors(); /* each recording has two, and each directory one */
	options_parse(argc, argv, &g.options);
	zone_read();
	umask(077);
	d.config = examine(g.options.file, &p);
	/* after the configuration, whose errors are for the caller's terminal */
	if (!problems_tell(&p, stderr) || !d.config)
		return EXITCODE_CONFIG;
	log_set_level((enum log_level)d.config->server.log_level);
	code = run(&d, &g);
	config_free(d.config);
	return code;
}
