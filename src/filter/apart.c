/* apart: see apart.h. */
#include "filter/apart.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "daemon/rlimits.h"

/* What the process answers; the table follows. */
struct answer {
	uint32_t size; /* of the table; 0: there is none */
	char why[FILTER_WHY_MAX];
};

/* ---- there ---- */

/* Also where there is no sandbox: what a filter means is the same everywhere. */
static bool open_nothing(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_NOFILE, &none) == 0;
}

static void build(const struct sandbox_role *role, const char *expression, int out)
{
	struct answer a = {.size = 0};
	struct filter_table *t = NULL;
	int rules = sandbox_rules(NULL, 0), keep[] = {out, rules};
	unsigned long before;
	const char *refused;

	if (rules == -2 || !io_close_except(STDERR_FILENO + 1, keep, 2) || !open_nothing() ||
	    !limits_cpu(FILTER_CPU, &before)) {
		snprintf(
		    a.why, sizeof(a.why), "its process cannot be limited: %s", strerror(errno));
	} else if ((refused = sandbox_enter(role, NULL, 0, rules))) {
		snprintf(a.why, sizeof(a.why), "the sandbox cannot be entered: %s: %s", refused,
		    strerror(errno));
	} else {
		t = filter_build(expression, a.why);
	}
	a.size = t ? t->size : 0;
	if (io_write_all(out, &a, sizeof(a)) && t)
		io_write_all(out, t, t->size);
}

/* ---- here ---- */

/* As io_read_full(), until a time. */
static bool read_until(int in, void *data, size_t len, int64_t until_ms)
{
	struct pollfd p = {.fd = in, .events = POLLIN};
	size_t have = 0;

	while (have < len) {
		int64_t left = until_ms - io_monotonic_ms();
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;
		ssize_t got;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got = read(in, (char *)data + have, len - have);
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return true;
}

/* False: the process has not said enough. */
static bool take(
    int in, struct region *r, int64_t until_ms, struct answer *a, struct filter_table **table)
{
	if (!read_until(in, a, sizeof(*a), until_ms))
		return false;
	a->why[sizeof(a->why) - 1] = '\0';
	if (a->size == 0)
		return true;
	*table = a->size <= FILTER_TABLE_MAX ? region_alloc(r, a->size) : NULL;
	if (!*table || !read_until(in, *table, a->size, until_ms) ||
	    !filter_table_check(*table, a->size)) {
		*table = NULL;
		return false;
	}
	return true;
}

static int reap(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL); /* it has said all, or is too late */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* What became of it: a table, or why there is none. */
static struct filter_table *hear(
    pid_t pid, int in, struct region *r, int64_t until_ms, char why[FILTER_WHY_MAX])
{
	struct answer a = {.why = ""};
	struct filter_table *t = NULL;
	bool said = take(in, r, until_ms, &a, &t);
	bool late = io_monotonic_ms() >= until_ms;
	int status = reap(pid);

	if (said)
		memcpy(why, a.why, sizeof(a.why));
	else if (late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
		snprintf(
		    why, FILTER_WHY_MAX, "libpcap takes too long to compile it: it is too large");
	else
		snprintf(why, FILTER_WHY_MAX, "the process that compiles it has ended");
	return t;
}

struct filter_table *filter_build_apart(const struct sandbox_role *role, const char *expression,
    struct region *r, int64_t until_ms, char why[FILTER_WHY_MAX])
{
	struct filter_table *t = NULL;
	int fd[2];
	pid_t pid;

	snprintf(why, FILTER_WHY_MAX, "the process that compiles it cannot be started");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		return NULL;
	sandbox_measure_again();
	pid = fork();
	if (pid == 0) {
		build(role, expression, fd[1]); /* which closes all others */
		_exit(0);
	}
	close(fd[1]);
	if (pid > 0)
		t = hear(pid, fd[0], r, until_ms, why);
	close(fd[0]);
	return t;
}
