/* background: see background.h. */
#include "daemon/background.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/io.h"

static _Noreturn void wait_for_daemon(pid_t pid, int fd)
{
	char byte;
	int status;

	if (io_read_full(fd, &byte, 1) == 1)
		_exit(EXITCODE_OK);
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) != 0)
		_exit(WEXITSTATUS(status));
	fputs("error: the daemon died while it was starting\n", stderr);
	_exit(EXITCODE_FAILURE);
}

bool background_start(struct background *b, const sigset_t *before)
{
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return false;
	if (pid > 0) {
		close(fd[1]);
		sigprocmask(SIG_SETMASK, before, NULL);
		wait_for_daemon(pid, fd[0]);
	}
	close(fd[0]);
	b->ready = fd[1];
	setsid();
	return true;
}

bool background_leave_standard(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return false;
	close(null);
	return true;
}

void background_ready(struct background *b)
{
	int null;

	if (b->ready < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
	io_write_all(b->ready, "", 1);
	close(b->ready);
	b->ready = -1;
}
