/* notify: see notify.h. */
#include "daemon/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"

#define STATUS_EVERY_MS 3000
#define AGAIN_MS        200 /* after a full queue */

/* A path, or a name without one in the abstract namespace, which begins with @ (unix(7)). */
static bool connect_to(int fd, const char *name)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2) {
		errno = EINVAL;
		return false;
	}
	if (len >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(sun.sun_path, name, len);
	if (name[0] == '@')
		sun.sun_path[0] = '\0';
	else
		len++; /* a path ends with its NUL, a name does not */
	return connect(fd, (struct sockaddr *)&sun,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == 0;
}

static bool open_socket(struct notify *n, const char *name, char reason[NOTIFY_REASON_MAX])
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect_to(fd, name)) {
		n->fd = fd;
		return true;
	}
	snprintf(reason, NOTIFY_REASON_MAX, "NOTIFY_SOCKET: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}

/* WATCHDOG=1 is sent twice in each interval, as sd_watchdog_enabled(3) advises. */
static bool open_watchdog(struct notify *n, char reason[NOTIFY_REASON_MAX])
{
	const char *pid = getenv("WATCHDOG_PID"), *usec = getenv("WATCHDOG_USEC");
	uint64_t number;

	if (!usec)
		return true;
	if (pid && !parse_number(pid, 1, INT32_MAX, &number)) {
		snprintf(reason, NOTIFY_REASON_MAX, "WATCHDOG_PID: not a process number");
		return false;
	}
	if (pid && number != (uint64_t)getpid())
		return true; /* for another process */
	if (!parse_number(usec, 2000, INT64_MAX, &number)) {
		snprintf(reason, NOTIFY_REASON_MAX, "WATCHDOG_USEC: not a number from 2000 up");
		return false;
	}
	n->watchdog = (int64_t)(number / 2000);
	return true;
}

bool notify_open(struct notify *n, char reason[NOTIFY_REASON_MAX])
{
	const char *name = getenv("NOTIFY_SOCKET");
	bool ok = true;

	*n = (struct notify){.fd = -1};
	if (name)
		ok = open_socket(n, name, reason) && open_watchdog(n, reason);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	return ok;
}

void notify_open_told(struct notify *n)
{
	char reason[NOTIFY_REASON_MAX];

	if (!notify_open(n, reason))
		fprintf(stderr, "warning: %s\n", reason);
}

static bool put(const struct notify *n, const char *text)
{
	if (send(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	/* after other errors sending again would not help */
	return errno != EAGAIN && errno != EWOULDBLOCK;
}

/* When the receiver's queue is full, notify_tick() sends the state later, unless a newer one has
 * replaced it. */
static void put_state(struct notify *n, const char *text)
{
	if (n->fd < 0)
		return;
	snprintf(n->state, sizeof(n->state), "%s", text);
	if (put(n, n->state))
		n->state[0] = '\0';
}

void notify_ready(struct notify *n, bool main_pid)
{
	char text[NOTIFY_TEXT_MAX];

	snprintf(text, sizeof(text), "READY=1\nMAINPID=%ld", (long)getpid());
	put_state(n, main_pid ? text : "READY=1");
}

void notify_reloading(struct notify *n)
{
	char text[NOTIFY_TEXT_MAX];
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	put_state(n, text);
}

void notify_stopping(struct notify *n)
{
	put_state(n, "STOPPING=1");
}

void notify_status(struct notify *n, unsigned connections, unsigned unestablished,
    uint64_t accepted, uint64_t refused)
{
	if (n->fd < 0)
		return;
	snprintf(n->wanted, sizeof(n->wanted),
	    "STATUS=connections %u, unestablished %u, accepted %llu, refused %llu", connections,
	    unestablished, (unsigned long long)accepted, (unsigned long long)refused);
}

static bool news(const struct notify *n)
{
	return strcmp(n->wanted, n->told) != 0;
}

int64_t notify_due(const struct notify *n)
{
	int64_t due = INT64_MAX;

	if (n->fd < 0)
		return due;
	if (n->state[0])
		due = n->tried + AGAIN_MS;
	else if (news(n))
		due = n->tried == 0 ? 0 : n->tried + STATUS_EVERY_MS;
	if (n->watchdog > 0 && n->alive_next < due)
		due = n->alive_next;
	return due;
}

void notify_tick(struct notify *n, int64_t now)
{
	if (n->fd < 0)
		return;
	if (n->state[0] && now - n->tried >= AGAIN_MS) {
		n->tried = now;
		if (put(n, n->state))
			n->state[0] = '\0';
	}
	if (!n->state[0] && news(n) && (n->told[0] == '\0' || now - n->tried >= STATUS_EVERY_MS)) {
		n->tried = now;
		if (put(n, n->wanted))
			memcpy(n->told, n->wanted, sizeof(n->told));
	}
	if (n->watchdog > 0 && now >= n->alive_next) {
		n->alive_next = now + n->watchdog;
		put(n, "WATCHDOG=1");
	}
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
