/* main: osmo-pcap-publish, from options to exit status.
 *
 * Opens what the others work with, in the order that each step needs; refuses to work itself. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "base/log.h"
#include "base/zone.h"
#include "config/keys.h"
#include "config/required.h"
#include "daemon/pidfile.h"
#include "daemon/privs.h"
#include "daemon/start.h"
#include "publish/daemon.h"
#include "publish/events.h"
#include "publish/options.h"
#include "publish/roles.h"
#include "status/layout.h"

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

static int work(struct daemon *d)
{
	char reason[GATE_REASON_MAX];
	bool ok;

	if (!gate_open(&d->gate, &d->config->publisher, reason))
		return start_failed(reason);
	ok = daemon_run(d);
	gate_close(&d->gate);
	event_stopped();
	return ok ? EXITCODE_OK : EXITCODE_FAILURE;
}

/* As the user of the publisher: what the start needs is opened, and its signals arrive. */
static int open_and_work(struct daemon *d, bool test)
{
	const struct config_publisher *q = &d->config->publisher;
	struct problems p = {0};

	privs_take(q->user, q->group, "user in zeromq-publisher", d->config->names.v[0], &p);
	check_directories(d->config, &p);
	look_for_status(d->config, &p);
	start_sandbox(d->config, publish_roles_prepare, &p);
	sandbox_measure(0, 0);
	if (!problems_tell(&p, stderr))
		return EXITCODE_CONFIG;
	if (test)
		return EXITCODE_OK;
	d->signals = start_signals(d->start);
	return d->signals < 0 ? start_failed(strerror(errno)) : work(d);
}

static int run(struct daemon *d, const struct options *o)
{
	static const int wanted[] = {SIGHUP, SIGINT, SIGTERM};
	struct pidfile pid;
	int code;

	start_hold_signals(d->start, wanted, sizeof(wanted) / sizeof(*wanted));
	if (!o->test && !start_daemon(d->start, o->daemonize))
		return EXITCODE_FAILURE;
	/* before the user changes: /run */
	if (!pidfile_open(&pid, o->daemonize ? d->config->publisher.pid_file : NULL))
		return EXITCODE_FAILURE;
	code = open_and_work(d, o->test);
	pidfile_remove(&pid);
	notify_close(&d->start->notify);
	return code;
}

int main(int argc, char **argv)
{
	struct start start = START("osmo-pcap-publish");
	struct daemon d = {.start = &start};
	struct problems p = {0};
	struct options o;
	int code;

	if (!io_fill_standard())
		return EXITCODE_FAILURE;
	io_raise_descriptors(); /* each recording has two, and each directory one */
	options_parse(argc, argv, &o);
	zone_read();
	umask(077);
	d.file = o.file;
	d.config = required_examine(o.file, REQUIRED_PUBLISHER, &p);
	/* after the configuration, whose errors are for the caller's terminal */
	if (!problems_tell(&p, stderr) || !d.config)
		return EXITCODE_CONFIG;
	log_set_level((enum log_level)d.config->server.log_level);
	code = run(&d, &o);
	config_free(d.config);
	return code;
}
