/* test_adopt: sockets that were passed: which kinds are taken, and what is left of the environment
 * and of standard error. Each case is a process of its own, as adopt() closes and replaces
 * descriptors. */
#include "tap.h"
#include "support.h"

#include <netinet/in.h>
#include <sys/wait.h>

#include "daemon/adopt.h"
#include "daemon/passed.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static char reason[ADOPT_REASON_MAX];

/* A socket bound to a free port, or -1. */
static int bound(int type, int protocol)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, type, protocol);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void pass(int fd)
{
	char pid[16];

	if (fd != PASSED_FIRST)
		dup2(fd, PASSED_FIRST);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
}

static bool tcp(void)
{
	struct adopted a;
	int fd = bound(SOCK_STREAM, 0);

	if (fd < 0 || listen(fd, 1) < 0)
		return false;
	pass(fd);
	return adopt(&a, false, reason) && a.listeners.n == 1 && a.connection < 0 && !a.mute;
}

static bool multipath(void)
{
	struct adopted a;
	int fd = bound(SOCK_STREAM, IPPROTO_MPTCP);

	if (fd < 0) /* not in this kernel */
		return true;
	listen(fd, 1);
	pass(fd);
	return !adopt(&a, false, reason) && strstr(reason, "not a TCP socket");
}

static bool variables(void)
{
	struct adopted a;

	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_FDNAMES", "a", 1);
	return adopt(&a, false, reason) && a.listeners.n == 0 && a.connection < 0 &&
	       !getenv("LISTEN_PID") && !getenv("LISTEN_FDS") && !getenv("LISTEN_FDNAMES");
}

static bool mute(void)
{
	struct adopted a;
	struct stat st;
	int fd = bound(SOCK_STREAM, 0);

	if (fd < 0 || listen(fd, 1) < 0)
		return false;
	pass(fd);
	dup2(fd, STDERR_FILENO);
	return adopt(&a, false, reason) && a.mute && fstat(STDERR_FILENO, &st) == 0 &&
	       S_ISCHR(st.st_mode);
}

static void is(bool (*test)(void), const char *what)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close_range(PASSED_FIRST, ~0u, 0);
		_exit(test() ? 0 : 1);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	OK(status == 0, "%s", what);
}

int main(void)
{
	is(tcp, "a TCP socket that listens is taken");
	is(multipath, "one of another protocol is not, stream or not");
	is(variables, "nothing that is started from here could take the variables for its own");
	is(mute, "standard error that is the socket becomes /dev/null");
	return tap_done();
}
