/* session_signal: see session_signal.h. */
#include "server/session_signal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attach.h"
#include "base/io.h"
#include "filter/pass.h"
#include "server/child_report.h"
#include "server/session_tell.h"

/* A child that was told to stop while the disk is full gives up after this. */
#define STOP_PATIENCE_MS 5000

int session_take_signals(void)
{
	static const int wanted[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	static const int ignored[] = {SIGQUIT, SIGUSR2, SIGPIPE, SIGXFSZ};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, normal = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		sigaction(wanted[i], &normal, NULL);
		sigaddset(&set, wanted[i]);
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		sigaction(ignored[i], &ignore, NULL);
	sigaction(SIGCHLD, &normal, NULL);
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Settings that were ordered, and the filter that belongs to them. */
static void take_settings(struct session *s, const struct recorder_live *live, int file)
{
	free(s->filter_next);
	s->filter_next = file >= 0 ? filter_take(file) : NULL;
	s->live = *live;
	s->settings_wanted = true;
	if (live->filter && !s->filter_next)
		session_broken(s, "the new filter cannot be taken", file >= 0 ? errno : EINVAL);
}

/* The master sends an order before its signal; that of another order may be seen first. */
static void read_orders(struct session *s)
{
	char data[sizeof(struct order) + 1];
	struct order o;
	ssize_t n;
	int file;

	while (s->channel->fd >= 0 &&
	       (n = attach_receive(s->channel->fd, data, sizeof(data), &file, MSG_DONTWAIT)) > 0) {
		if (!order_check(data, (size_t)n, &o))
			session_broken(s, "an order of the server is not valid", EINVAL);
		else if (o.kind == ORDER_SETTINGS)
			take_settings(s, &o.live, file);
		else
			s->told = (enum order_kind)o.kind;
		if (file >= 0)
			close(file);
	}
}

static void note_stop(struct session *s)
{
	if (s->stop_since && !s->patient)
		return;
	s->stop_since = io_monotonic_ms();
	s->stop_why = order_text(s->told);
	s->patient = order_is_patient(s->told);
	s->told = 0;
}

void session_read_signals(struct session *s)
{
	struct signalfd_siginfo si;

	while (read(s->signals, &si, sizeof(si)) == sizeof(si)) {
		read_orders(s);
		if (si.ssi_signo == SIGHUP || si.ssi_signo == SIGUSR1)
			s->new_file_wanted = true;
		else
			note_stop(s);
	}
}

enum recorder_room session_wait_for_room(void *context, int error, unsigned attempt)
{
	struct session *s = context;
	struct pollfd p = {.fd = s->signals, .events = POLLIN};

	stats_set(&s->channel->page->stats.waiting, true);
	if (attempt == 0)
		session_waiting(s, error);
	poll(&p, 1, attempt < 4 ? 50 << attempt : 1000);
	session_read_signals(s);
	if (s->settings_wanted && !s->live.store)
		return ROOM_NO_STORE;
	if (!s->stop_since || s->patient || io_monotonic_ms() - s->stop_since < STOP_PATIENCE_MS)
		return ROOM_TRY;
	return ROOM_GIVE_UP;
}
