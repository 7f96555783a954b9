/* process: see process.h. */
#include "daemon/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"

#define DESCRIPTORS (PROCESS_FILES + PROCESS_FILES_MAX)
#define PIPE_SIZE   (256 << 10)

/* Puts descriptors where the process has them, and closes all others. First all behind these, so
 * that none is overwritten. */
static bool place(const int *from, size_t n)
{
	int high[DESCRIPTORS], keep[DESCRIPTORS];

	for (size_t i = PROCESS_OUT; i < n; i++) {
		high[i] = from[i] < 0 ? -1 : fcntl(from[i], F_DUPFD, DESCRIPTORS);
		if (from[i] >= 0 && high[i] < 0)
			return false;
	}
	for (size_t i = PROCESS_OUT; i < n; i++) {
		keep[i - PROCESS_OUT] = (int)i;
		if (high[i] >= 0 ? dup2(high[i], (int)i) < 0 : close((int)i) < 0 && errno != EBADF)
			return false;
	}
	return io_close_except(0, keep, n - PROCESS_OUT);
}

static _Noreturn void child(pid_t parent, const struct sandbox_role *role, const int *from,
    size_t n, void (*run)(void *), void *context)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!place(from, n) ||
	    sandbox_enter(role, NULL, 0, from[PROCESS_RULES] < 0 ? -1 : PROCESS_RULES))
		_exit(1);
	run(context);
	_exit(0);
}

static void close_both(const int ends[2])
{
	int why = errno;

	close(ends[0]);
	close(ends[1]);
	errno = why;
}

bool process_start(struct process *p, const struct process_kind *kind, const int *file, size_t n,
    void (*run)(void *context), void *context)
{
	int from[DESCRIPTORS], out[2], in[2];
	pid_t self = getpid();

	*p = (struct process){.from = -1, .to = -1};
	if (pipe2(out, O_CLOEXEC) < 0)
		return false;
	if (pipe2(in, O_CLOEXEC) < 0) {
		close_both(out);
		return false;
	}
	/* these ends alone: each has a state of its own */
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	from[PROCESS_OUT] = out[1];
	from[PROCESS_IN] = in[0];
	from[PROCESS_RULES] = kind->rules;
	for (size_t i = 0; i < n; i++)
		from[PROCESS_FILES + i] = file[i];
	fcntl(out[0], F_SETPIPE_SZ, PIPE_SIZE); /* fewer changes of process; without it goes, too */
	sandbox_measure_again();
	p->pid = fork();
	if (p->pid == 0)
		child(self, kind->role, from, PROCESS_FILES + n, run, context);
	if (p->pid < 0) {
		close_both(out);
		close_both(in);
		p->pid = 0;
		return false;
	}
	close(out[1]);
	close(in[0]);
	p->from = out[0];
	p->to = in[1];
	return true;
}

void process_end(struct process *p)
{
	if (p->pid == 0)
		return;
	close(p->from);
	close(p->to);
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*p = (struct process){.from = -1, .to = -1};
}
