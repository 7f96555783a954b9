/* main: osmo-pcap-archive, from options to exit status.
 *
 * Opens what the others work with, in the order that each step needs; refuses to work itself. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive/daemon.h"
#include "archive/events.h"
#include "archive/options.h"
#include "archive/roles.h"
#include "archive/waiting.h"
#include "base/exitcode.h"
#include "base/io.h"
#include "base/log.h"
#include "base/zone.h"
#include "daemon/privs.h"

#define IDENT "osmo-pcap-archive"

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

/* Prints what is wrong; true when nothing is. */
static bool report(struct problems *p)
{
	bool ok = p->errors == 0;

	problems_print(p, stderr);
	problems_free(p);
	return ok;
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

static int open_signals(void)
{
	static const int wanted[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGCHLD};
	sigset_t set;

	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* ---- --plan ---- */

static void print_expired(void *context, const struct expired *e)
{
	(void)context;
	printf("%s %s: %s, %llu bytes, %lld days old\n", e->client, e->path, e->reason,
	    (unsigned long long)e->bytes, (long long)(e->age / 86400));
}

static int plan(struct daemon *d)
{
	struct expire e = {.depot = &d->depot,
	    .config = d->config,
	    .now = time(NULL),
	    .only_plan = true,
	    .tell = print_expired};

	if (!expire_run(&e)) {
		fprintf(stderr, "error: %s\n", e.reason);
		return EXITCODE_FAILURE;
	}
	if (d->config->archive.hand_over.present && !waiting_print(d->depot.store, e.now, stdout)) {
		fprintf(stderr, "error: %s\n", store_reason(d->depot.store));
		return EXITCODE_FAILURE;
	}
	return io_printed() ? EXITCODE_OK : EXITCODE_FAILURE;
}

/* ---- the archive ---- */

static int work(struct daemon *d, const struct options *o)
{
	char reason[DEPOT_REASON_MAX];
	int code;

	if (!depot_open(&d->depot, d->config->archive.path, reason)) {
		fprintf(stderr, "error: %s\n", reason);
		return EXITCODE_FAILURE;
	}
	if (o->mode == MODE_PLAN) {
		code = plan(d);
	} else {
		event_archiving(d->config);
		code = daemon_run(d) || !d->once ? EXITCODE_OK : EXITCODE_FAILURE;
		event_stopped();
	}
	depot_close(&d->depot);
	return code;
}

int main(int argc, char **argv)
{
	struct problems p = {0};
	struct daemon d = {.reload = examine_again};
	struct options o;
	int code;

	if (!io_fill_standard())
		return EXITCODE_FAILURE;
	options_parse(argc, argv, &o);
	zone_read();
	umask(027); /* what is archived is for the group as well */
	d.context = &o;
	d.once = o.mode == MODE_ONCE;
	d.config = examine(o.file, &p);
	if (d.config) {
		log_set_level((enum log_level)d.config->server.log_level);
		if (o.mode != MODE_TEST)
			privs_take(d.config->archive.user, d.config->archive.group,
			    "user in archive", d.config->names.v[0], &p);
		prepare_sandbox(d.config, &p);
		sandbox_measure(0, 0);
		sources_open(&d.sources, d.config, &p);
	}
	if (!report(&p))
		return EXITCODE_CONFIG;
	d.signals = open_signals();
	if (d.signals < 0) {
		fprintf(stderr, "error: %s\n", strerror(errno));
		return EXITCODE_FAILURE;
	}
	if (o.mode == MODE_DAEMON)
		log_open(IDENT, false);
	code = o.mode == MODE_TEST ? EXITCODE_OK : work(&d, &o);
	sources_close(&d.sources);
	config_free(d.config);
	return code;
}
