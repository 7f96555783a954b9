/* start: see start.h. */
#include "daemon/start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/exitcode.h"
#include "base/log.h"

void start_hold_signals(struct start *s, const int *wanted, size_t n)
{
	/* SIG_IGN is inherited, and with it the kernel would reap our children */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&s->signals);
	for (size_t i = 0; i < n; i++)
		sigaddset(&s->signals, wanted[i]);
	sigprocmask(SIG_SETMASK, &s->signals, &s->before);
}

int start_signals(const struct start *s)
{
	return signalfd(-1, &s->signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

bool start_daemon(struct start *s, bool background)
{
	notify_open_told(&s->notify); /* named for this process: before -D forks */
	if (!background_leave_standard()) {
		start_failed(strerror(errno));
		return false;
	}
	return background ? start_detach(&s->background, &s->before, s->ident)
			  : log_open(s->ident, false);
}

bool start_detach(struct background *b, const sigset_t *before, const char *ident)
{
	if (!background_start(b, before)) {
		fprintf(stderr, "error: cannot go into the background: %s\n", strerror(errno));
		return false;
	}
	log_open_syslog(ident);
	return true;
}

void start_ready(struct notify *n, struct background *b)
{
	notify_ready(n, b->ready >= 0);
	background_ready(b);
}

int start_failed(const char *reason)
{
	fprintf(stderr, "error: %s\n", reason);
	return EXITCODE_FAILURE;
}

void start_sandbox(
    const struct config *c, bool (*prepare)(char lacking[SANDBOX_LACKING_MAX]), struct problems *p)
{
	char lacking[SANDBOX_LACKING_MAX];

	if (c->server.sandbox == SANDBOX_OFF)
		return;
	if (!prepare(lacking))
		problem_error(p, c->names.v[0], 0, "the sandbox: %s", strerror(errno));
	sandbox_report(lacking, c->server.sandbox == SANDBOX_REQUIRED, c->names.v[0], p);
}
