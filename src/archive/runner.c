/* runner: see runner.h. */
#include "archive/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cstr.h"
#include "base/io.h"

/* Reads at a time: a command that writes without end must not keep the caller. */
#define READS 16

#define NOT_STARTED 127

/* From one look at whether it has ended to the next. */
#define LOOK_MS 10

/* ---- the program ---- */

/* A directory is no program, though it may be entered. */
static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool runner_finds(const char *program)
{
	const char *dirs = getenv("PATH");
	char path[PATH_MAX];
	size_t len;

	if (strchr(program, '/'))
		return is_program(program);
	for (const char *dir = dirs ? dirs : "/bin:/usr/bin";; dir += len + 1) {
		len = strcspn(dir, ":");
		if (snprintf(path, sizeof(path), "%.*s/%s", len > 0 ? (int)len : 1,
			len > 0 ? dir : ".", program) < (int)sizeof(path) &&
		    is_program(path))
			return true;
		if (!dir[len])
			return false;
	}
}

/* ---- the process ---- */

/* What the archive, or who started it, has blocked or ignored is as the command expects it. */
static void reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < SIGRTMIN; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool place(int errors)
{
	int null = open("/dev/null", O_RDWR), none[] = {-1};

	return null >= 0 && dup2(errors, STDERR_FILENO) >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	       dup2(null, STDOUT_FILENO) >= 0 && io_close_except(3, none, 1);
}

static _Noreturn void child(char *const argv[], int errors, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* the next archive begins anew */
	if (getppid() != parent)
		_exit(NOT_STARTED);
	setsid(); /* its process group; and it reaches no terminal */
	io_lower_descriptors();
	if (place(errors)) {
		reset_signals();
		execvp(argv[0], argv);
	}
	dprintf(STDERR_FILENO, "%s cannot be started: %s\n", argv[0], strerror(errno));
	_exit(NOT_STARTED);
}

bool runner_start(struct runner *r, char *const argv[], int64_t timeout_ms, int64_t now_ms)
{
	pid_t parent = getpid();
	int ends[2], why;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	r->pid = fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -1 : fork();
	if (r->pid == 0)
		child(argv, ends[1], parent);
	why = errno;
	close(ends[1]);
	if (r->pid < 0) {
		close(ends[0]);
		errno = why;
		r->pid = 0;
		return false;
	}
	r->channel = ends[0];
	r->due = now_ms + timeout_ms;
	return true;
}

/* ---- what it says ---- */

static void tell(struct runner *r)
{
	r->lines++;
	if (r->lines <= RUNNER_LINES) {
		cstr_printable(r->text, r->len);
		r->text[r->len] = '\0';
		r->line(r->context, r->text);
	}
	r->len = 0;
}

static void take(struct runner *r, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] == '\n')
			tell(r);
		else if (r->len < RUNNER_LINE_MAX)
			r->text[r->len++] = bytes[i];
}

static void close_channel(struct runner *r)
{
	if (r->channel < 0)
		return;
	if (r->len > 0)
		tell(r);
	close(r->channel);
	r->channel = -1;
}

static void listen_to(struct runner *r)
{
	char bytes[4096];

	for (int i = 0; i < READS && r->channel >= 0; i++) {
		ssize_t n = read(r->channel, bytes, sizeof(bytes));

		if (n > 0)
			take(r, bytes, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			close_channel(r);
		else
			return;
	}
}

/* ---- its end ---- */

/* To the group; to the process alone while it is not yet one. */
static void send(const struct runner *r, int signal)
{
	if (kill(-r->pid, signal) < 0)
		kill(r->pid, signal);
}

/* As long as it is not reaped nobody else has its number. */
static bool has_ended(const struct runner *r)
{
	siginfo_t si = {.si_pid = 0};

	return waitid(P_PID, (id_t)r->pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       si.si_pid == r->pid;
}

/* It has ended, or is not waited for any more. */
static void leave(struct runner *r)
{
	r->pid = 0;
	listen_to(r);
	close_channel(r);
}

static void reap(struct runner *r)
{
	send(r, SIGKILL); /* its group */
	while (waitpid(r->pid, &r->status, 0) < 0 && errno == EINTR)
		;
	leave(r);
}

bool runner_go_on(struct runner *r, int64_t now_ms)
{
	listen_to(r);
	if (has_ended(r)) {
		reap(r);
		return true;
	}
	if (now_ms < r->due)
		return false;
	if (r->told) {
		send(r, SIGKILL);
		r->due = INT64_MAX;
	} else {
		r->late = true;
		runner_finish(r, now_ms);
	}
	return false;
}

void runner_finish(struct runner *r, int64_t now_ms)
{
	if (r->told)
		return;
	send(r, SIGTERM);
	r->told = true;
	r->due = now_ms + RUNNER_GRACE_MS;
}

void runner_kill(struct runner *r, int64_t until_ms)
{
	send(r, SIGKILL);
	while (!has_ended(r) && io_monotonic_ms() < until_ms)
		poll(NULL, 0, LOOK_MS);
	if (has_ended(r)) {
		reap(r);
		return;
	}
	r->status = SIGKILL;
	leave(r);
}

bool runner_succeeded(const struct runner *r, char reason[RUNNER_REASON_MAX])
{
	if (r->late)
		snprintf(reason, RUNNER_REASON_MAX, "the command took longer than timeout");
	else if (WIFSIGNALED(r->status))
		snprintf(reason, RUNNER_REASON_MAX, "the command was ended by signal %d",
		    WTERMSIG(r->status));
	else
		snprintf(reason, RUNNER_REASON_MAX, "the command ended with status %d",
		    WEXITSTATUS(r->status));
	return !r->late && WIFEXITED(r->status) && WEXITSTATUS(r->status) == 0;
}
