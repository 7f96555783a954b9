/* doorman: see doorman.h. */
#include "server/doorman.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/io.h"
#include "base/log.h"
#include "server/child_report.h"
#include "server/childexit.h"
#include "server/events.h"
#include "server/sandbox_roles.h"

struct doorman {
	int fd, channel;
	int64_t deadline;
	uint8_t head[PROXYHEAD_MAX];
	size_t have; /* bytes of it, which are taken out of the connection */
	struct proxyhead_peer peer;
};

/* Waits for bytes. MORE: there are some, or an end; LATE; BROKEN: there is no master any more, or
 * an error. */
static enum proxyhead await_bytes(const struct doorman *d)
{
	struct pollfd p[2] = {{.fd = d->fd, .events = POLLIN}, {.fd = d->channel}};
	int64_t left = d->deadline - io_monotonic_ms();
	int n = poll(p, 2, left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);

	if (n == 0)
		return PROXYHEAD_LATE;
	if ((n < 0 && errno != EINTR) || (n > 0 && p[1].revents))
		return PROXYHEAD_BROKEN;
	return PROXYHEAD_MORE;
}

/* A connection that ends without a byte is how many look whether a server is there, also where they
 * end it by a reset. */
static enum proxyhead ended(const struct doorman *d, bool error)
{
	if (d->have == 0 && (!error || errno == ECONNRESET))
		return PROXYHEAD_EMPTY;
	return error ? PROXYHEAD_BROKEN : PROXYHEAD_CUT;
}

/* Looks at what is there, and takes as much of it as belongs to the header. */
static enum proxyhead take(struct doorman *d)
{
	uint8_t *next = d->head + d->have;
	ssize_t n = recv(d->fd, next, sizeof(d->head) - d->have, MSG_PEEK | MSG_DONTWAIT);
	enum proxyhead found;
	size_t own;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return PROXYHEAD_MORE;
	if (n <= 0)
		return ended(d, n < 0);
	found = proxyhead_read(d->head, d->have + (size_t)n, &d->peer);
	if (found > PROXYHEAD_LOCAL)
		return found;
	own = d->peer.used - d->have;
	if (recv(d->fd, next, own, MSG_DONTWAIT) != (ssize_t)own)
		return PROXYHEAD_BROKEN;
	d->have += own;
	return found;
}

static enum proxyhead read_head(struct doorman *d)
{
	enum proxyhead found = PROXYHEAD_MORE;

	while (found == PROXYHEAD_MORE) {
		found = await_bytes(d);
		if (found == PROXYHEAD_MORE)
			found = take(d);
	}
	return found;
}

static bool report(const struct doorman *d, enum proxyhead found)
{
	struct door_report r;

	memset(&r, 0, sizeof(r));
	r.found = found;
	if (found == PROXYHEAD_PEER) {
		r.addr = d->peer.addr;
		r.port = d->peer.port;
	}
	return send(d->channel, &r, sizeof(r), MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(r);
}

/* What ends it at once, as it has nothing to finish. All other signals stay blocked. */
static void take_signals(void)
{
	sigset_t set;

	signal(SIGTERM, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int doorman_run(int fd, int channel, int64_t deadline)
{
	struct doorman d = {.fd = fd, .channel = channel, .deadline = deadline};
	int rules = sandbox_rules(NULL, 0);
	const char *refused;
	char what[100];

	take_signals();
	refused = rules == -2 ? "Landlock" : roles_enter_doorman(fd, rules);
	if (refused) {
		snprintf(what, sizeof(what), "the sandbox of a doorman cannot be entered: %s: %s",
		    refused, strerror(errno));
		event_error(what);
		return CHILD_INTERNAL;
	}
	return report(&d, read_head(&d)) ? CHILD_FINISHED : CHILD_STOPPED;
}
