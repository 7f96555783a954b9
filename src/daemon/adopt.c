/* adopt: see adopt.h. */
#include "daemon/adopt.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "daemon/passed.h"

_Static_assert(PASSED_MAX <= LISTEN_MAX, "every socket that may be passed has a place");

enum kind {
	KIND_WRONG,
	KIND_LISTENING,
	KIND_CONNECTED
};

static bool wrong(char reason[ADOPT_REASON_MAX], int fd, const char *what)
{
	if (fd == STDIN_FILENO)
		snprintf(reason, ADOPT_REASON_MAX, "standard input: %s", what);
	else
		snprintf(reason, ADOPT_REASON_MAX, "passed descriptor %d: %s", fd, what);
	return false;
}

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

static bool same_socket(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && S_ISSOCK(x.st_mode) &&
	       io_same_file(&x, &y);
}

bool adopt_is_mute(void)
{
	return same_socket(STDIN_FILENO, STDERR_FILENO);
}

/* TCP, and in which state; otherwise *what is wrong with it. */
static enum kind examine(int fd, const char **what)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int family = option(fd, SO_DOMAIN);
	struct stat st;

	if (fstat(fd, &st) < 0)
		*what = "not open";
	else if (!S_ISSOCK(st.st_mode))
		*what = "not a socket";
	else if (family != AF_INET && family != AF_INET6)
		*what = "neither an IPv4 nor an IPv6 socket";
	else if (option(fd, SO_TYPE) != SOCK_STREAM || option(fd, SO_PROTOCOL) != IPPROTO_TCP)
		*what = "not a TCP socket";
	else if (option(fd, SO_ACCEPTCONN) == 1)
		return KIND_LISTENING;
	else if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		return KIND_CONNECTED;
	else
		*what = "a TCP socket without a peer: not connected, or reset";
	return KIND_WRONG;
}

/* Close-on-exec; listening sockets also non-blocking, so that accept() never waits. */
static bool set_flags(int fd, bool nonblocking)
{
	int flags = fcntl(fd, F_GETFL);

	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && flags >= 0 &&
	       (!nonblocking || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0);
}

/* The connection moves above the standard descriptors; where they are the same socket, they become
 * /dev/null, so that closing the connection ends it, and nothing else is written to it. */
static bool take_connection(struct adopted *a, int fd, char reason[ADOPT_REASON_MAX])
{
	socklen_t len = sizeof(a->peer);
	int null;

	if (getpeername(fd, (struct sockaddr *)&a->peer, &len) < 0)
		return wrong(reason, fd, strerror(errno));
	a->connection = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (a->connection < 0 || null < 0)
		return wrong(reason, fd, strerror(errno));
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (same_socket(i, a->connection))
			dup2(null, i);
	close(null);
	if (fd > STDERR_FILENO)
		close(fd);
	return true;
}

/* Standard error that is a passed socket becomes /dev/null, whatever kind of socket it is: an error
 * line would be sent to the peer. */
static void mute_stderr(struct adopted *a, int fd)
{
	int null;

	if (!same_socket(fd, STDERR_FILENO))
		return;
	a->mute = true;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		close(STDERR_FILENO);
	else if (dup2(null, STDERR_FILENO) >= 0)
		close(null);
}

static bool adopt_input(struct adopted *a, int passed, char reason[ADOPT_REASON_MAX])
{
	const char *what = "a listening socket, not a connection";

	if (examine(STDIN_FILENO, &what) != KIND_CONNECTED)
		return wrong(reason, STDIN_FILENO, what);
	/* a service manager may pass the connection as a descriptor, too; nothing else */
	for (int fd = PASSED_FIRST; fd < PASSED_FIRST + passed; fd++) {
		if (!same_socket(fd, STDIN_FILENO))
			return wrong(reason, fd, "not the connection on standard input");
		close(fd);
	}
	return take_connection(a, STDIN_FILENO, reason);
}

static bool adopt_passed(struct adopted *a, int passed, char reason[ADOPT_REASON_MAX])
{
	int connected = -1;

	for (int fd = PASSED_FIRST; fd < PASSED_FIRST + passed; fd++) {
		const char *what;
		enum kind kind = examine(fd, &what);

		if (kind == KIND_WRONG)
			return wrong(reason, fd, what);
		if (kind == KIND_CONNECTED && passed > 1)
			return wrong(
			    reason, fd, "a connection, which is passed alone or not at all");
		if (!set_flags(fd, kind == KIND_LISTENING))
			return wrong(reason, fd, strerror(errno));
		if (kind == KIND_CONNECTED)
			connected = fd;
		else
			listen_take(&a->listeners, fd);
	}
	return connected < 0 || take_connection(a, connected, reason);
}

bool adopt(struct adopted *a, bool inetd, char reason[ADOPT_REASON_MAX])
{
	struct passed_environment e = {
	    getenv("LISTEN_PID"), getenv("LISTEN_FDS"), getenv("LISTEN_FDNAMES")};
	char why[PASSED_REASON_MAX];
	int passed = passed_count(&e, (uint64_t)getpid(), why);

	*a = (struct adopted){.connection = -1};
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (inetd)
		mute_stderr(a, STDIN_FILENO);
	for (int fd = PASSED_FIRST; fd < PASSED_FIRST + passed; fd++)
		mute_stderr(a, fd);
	if (passed < 0) {
		snprintf(reason, ADOPT_REASON_MAX, "%s", why);
		return false;
	}
	return inetd ? adopt_input(a, passed, reason) : adopt_passed(a, passed, reason);
}
