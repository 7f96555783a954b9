/* keeper_handle: see keeper_handle.h. */
#include "tls/keeper_handle.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attach.h"
#include "base/io.h"
#include "daemon/sandbox.h"

/* How long the master waits for a new keeper's report. */
#define START_MS 10000

/* How long it waits for a keeper that is too busy to take another connection. */
#define CONNECT_MS 1000

static bool wait_for_report(int control, struct keeper_report *r)
{
	struct pollfd p = {.fd = control, .events = POLLIN};
	int64_t end = io_monotonic_ms() + START_MS, left;

	while ((left = end - io_monotonic_ms()) > 0) {
		int n = poll(&p, 1, (int)left);

		if (n > 0) {
			if (recv(control, r, sizeof(*r), MSG_DONTWAIT) != sizeof(*r))
				return false;
			r->reason[sizeof(r->reason) - 1] = '\0';
			return true;
		}
		if (n < 0 && errno != EINTR)
			return false;
	}
	return false;
}

static bool fork_keeper(struct keeper *k, const struct sandbox_role *role, const char *key_file)
{
	int pair[2];
	pid_t pid;

	*k = (struct keeper){.control = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	sandbox_measure_again(); /* at a reload two configurations are open */
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		keeper_process(pair[1], role, key_file);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return false;
	}
	*k = (struct keeper){.pid = pid, .control = pair[0]};
	return true;
}

bool keeper_start(struct keeper *k, const struct sandbox_role *role, const char *key_file,
    const uint8_t *key_id, char reason[KEEPER_REASON_MAX])
{
	struct keeper_report r;

	if (!fork_keeper(k, role, key_file)) {
		snprintf(reason, KEEPER_REASON_MAX, "the key keeper cannot be started: %s",
		    strerror(errno));
		return false;
	}
	if (!wait_for_report(k->control, &r))
		snprintf(reason, KEEPER_REASON_MAX, "the key keeper did not start");
	else if (!r.ok)
		snprintf(reason, KEEPER_REASON_MAX, "%s", r.reason);
	else if (key_id && memcmp(r.key_id, key_id, KEEPER_KEY_ID) != 0)
		snprintf(reason, KEEPER_REASON_MAX, "%s: not the key of server-cert", key_file);
	else
		return true;
	kill(k->pid, SIGKILL); /* reading its file may block */
	keeper_close(k);
	k->pid = 0;
	return false;
}

void keeper_close(struct keeper *k)
{
	if (k->control >= 0)
		close(k->control);
	k->control = -1;
}

/* Many connections at once fill the channel faster than the keeper empties it. The master waits:
 * otherwise it would refuse clients that all reconnect after a restart. */
static bool send_patiently(int control, int file)
{
	int64_t end = io_monotonic_ms() + CONNECT_MS, left;
	struct pollfd p = {.fd = control, .events = POLLOUT};

	while (attach_send(control, "", 1, file, MSG_DONTWAIT | MSG_NOSIGNAL) != 1) {
		/* too many descriptors in flight (unix(7)): poll() has no event for their arrival
		 */
		bool many = errno == ETOOMANYREFS;

		left = end - io_monotonic_ms();
		if ((errno != EAGAIN && errno != EINTR && !many) || left <= 0)
			return false;
		poll(&p, many ? 0 : 1, many ? 1 : (int)left);
	}
	return true;
}

int keeper_connect(const struct keeper *k)
{
	int pair[2];
	bool ok;

	if (k->control < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	ok = send_patiently(k->control, pair[1]);
	close(pair[1]);
	if (ok)
		return pair[0];
	close(pair[0]);
	return -1;
}
