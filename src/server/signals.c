/* signals: see signals.h. */
#include "server/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "base/io.h"
#include "server/events.h"
#include "server/reap.h"
#include "server/reload.h"
#include "server/state.h"
#include "server/stop.h"

void signals_hold(sigset_t *before)
{
	static const int held[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGCHLD};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		sigaddset(&set, held[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void status(const struct master *m)
{
	int64_t now = io_monotonic_ms();

	event_status(m->children.used, m->children.unestablished, m->accepting.accepted,
	    m->accepting.refused);
	for (const struct child *k = children_first(&m->children); k;
	     k = children_next(&m->children, k))
		event_child_status(
		    k, statpages_slot(&m->pages, children_slot(&m->children, k)), now);
}

static void handle_signal(struct master *m, unsigned sig)
{
	switch (sig) {
	case SIGCHLD:
		reap_exited(m);
		break;
	case SIGTERM:
	case SIGINT:
		stop_begin(m);
		break;
	case SIGQUIT:
		notify_stopping(&m->notify);
		m->loop.exiting = true;
		break;
	case SIGHUP:
		if (m->once) /* the next connection starts a master that reads the configuration */
			stop_signal_children(m, SIGHUP);
		else if (!m->loop.stopping_since)
			reload(m);
		break;
	case SIGUSR1:
		stop_signal_children(m, SIGUSR1);
		break;
	case SIGUSR2:
		status(m);
		break;
	default:
		break;
	}
}

void signals_read(struct master *m)
{
	struct signalfd_siginfo si;

	while (!m->loop.exiting && read(m->loop.signals, &si, sizeof(si)) == sizeof(si))
		handle_signal(m, si.ssi_signo);
}
