/* fault: runs a program of which the K-th call of a name fails, or kills it before the call is
 * made.
 *
 * usage: fault CALL K EIO|ENOSPC|KILL PROGRAM [ARGUMENT…]
 *
 * As "strace -e inject", which stops the program at all of its calls, those of the dynamic linker
 * as well, and so doubles what a run takes: here a filter (seccomp(2)) asks about calls of that
 * name only. They are counted as strace counts them, from the start of the program, and not in
 * processes that it starts.
 *
 * Status: that of the program, 128 + N where signal N ended it; 98 where it made fewer than K such
 * calls; 99 where the kernel has no such filter, the call is none of those below, or the program
 * cannot be executed: nothing was run. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOO_FEW 98
#define CANNOT  99

#if defined(SECCOMP_USER_NOTIF_FLAG_CONTINUE) && defined(SECCOMP_FILTER_FLAG_NEW_LISTENER)

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, __NR_##name                                                                 \
	}

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
#ifdef __NR_clone
    CALL(clone),
#endif
    CALL(brk),
    CALL(close),
    CALL(faccessat2),
    CALL(fallocate),
    CALL(fchown),
    CALL(fcntl),
    CALL(fdatasync),
    CALL(fstatfs),
    CALL(fsync),
    CALL(ftruncate),
    CALL(getdents64),
    CALL(geteuid),
    CALL(getpid),
    CALL(getrandom),
    CALL(kill),
    CALL(linkat),
    CALL(lseek),
    CALL(mkdirat),
    CALL(mmap),
    CALL(munmap),
#ifdef __NR_newfstatat
    CALL(newfstatat),
#endif
    CALL(openat),
    CALL(pipe2),
#ifdef __NR_poll
    CALL(poll),
#endif
    CALL(pread64),
    CALL(pwrite64),
    CALL(read),
#ifdef __NR_renameat
    CALL(renameat),
#endif
    CALL(renameat2),
    CALL(rt_sigpending),
    CALL(signalfd4),
    CALL(symlinkat),
    CALL(sync_file_range),
    CALL(syncfs),
#ifdef __NR_unlink
    CALL(unlink),
#endif
    CALL(unlinkat),
    CALL(utimensat),
    CALL(wait4),
    CALL(write),
};

struct run {
	char **argv;
	struct sock_fprog filter;
	int listener; /* the program's descriptors are also ours, until it is executed */
	int error;
};

static int start(void *arg)
{
	struct run *run = arg;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		run->listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_NEW_LISTENER, &run->filter);
	if (run->listener < 0) {
		run->error = errno;
		_exit(CANNOT);
	}
	execvp(run->argv[0], run->argv);
	run->error = errno;
	_exit(127);
}

/* One call that waits: of the program the K-th has the error, or is its end, with error 0. */
static void answer(int listener, pid_t program, long *left, int error)
{
	struct seccomp_notif asked = {0};
	struct seccomp_notif_resp answer = {0};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0)
		return; /* it was killed meanwhile */
	answer.id = asked.id;
	answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if ((pid_t)asked.pid == program && --*left == 0) {
		if (error == 0) {
			kill(program, SIGKILL);
			return;
		}
		answer.flags = 0;
		answer.error = -error;
	}
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* Until nobody is left who could ask. */
static void let_go_on(int listener)
{
	struct pollfd p = {listener, POLLIN, 0};
	long none = 0;

	while (poll(&p, 1, -1) < 0 || (p.revents & POLLHUP) == 0)
		if ((p.revents & POLLIN) != 0)
			answer(listener, 0, &none, 0);
}

/* Processes that the program has started, and that go on without it, would have ENOSYS for each
 * call once nobody listens. */
static void care_for_others(int listener)
{
	struct pollfd p = {listener, POLLIN, 0};

	if (poll(&p, 1, 0) > 0 && (p.revents & POLLHUP) != 0)
		return;
	if (fork() != 0)
		return;
	for (int fd = 0; fd < 64; fd++)
		if (fd != listener)
			close(fd);
	let_go_on(listener);
	_exit(0);
}

static int error_of(const char *name)
{
	if (strcmp(name, "KILL") == 0)
		return 0;
	if (strcmp(name, "EIO") == 0)
		return EIO;
	return strcmp(name, "ENOSPC") == 0 ? ENOSPC : -1;
}

static unsigned number_of(const char *call)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcmp(call, calls[i].name) == 0)
			return calls[i].number;
	fprintf(stderr, "fault: unknown call %s\n", call);
	exit(CANNOT);
}

int main(int argc, char **argv)
{
	static char stack[65536] __attribute__((aligned(64)));
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct run run = {argv + 4, {sizeof(filter) / sizeof(*filter), filter}, -1, 0};
	long left = argc > 2 ? atol(argv[2]) : 0;
	int error = argc > 3 ? error_of(argv[3]) : -1;
	int status, end = -1;
	pid_t program;

	if (argc < 5 || left < 1 || error < 0) {
		fputs("usage: fault CALL K EIO|ENOSPC|KILL PROGRAM [ARGUMENT…]\n", stderr);
		return 2;
	}
	filter[1].k = number_of(argv[1]);
	/* as vfork(), with one table of descriptors: ours stays when the other executes the program
	 */
	program = clone(start, stack + sizeof(stack),
	    CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD | SIGCHLD, &run, &end);
	if (program < 0 || run.error != 0) {
		fprintf(stderr, "fault: %s\n", strerror(program < 0 ? errno : run.error));
		return CANNOT;
	}
	for (;;) {
		struct pollfd p[] = {{run.listener, POLLIN, 0}, {end, POLLIN, 0}};

		poll(p, 2, -1);
		/* the last one that could ask may take a while yet until it has ended */
		if ((p[1].revents & POLLIN) != 0 || (p[0].revents & POLLHUP) != 0)
			break;
		if ((p[0].revents & POLLIN) != 0)
			answer(run.listener, program, &left, error);
	}
	waitpid(program, &status, 0);
	care_for_others(run.listener);
	if (left > 0)
		return TOO_FEW;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#else

int main(void)
{
	fputs("fault: not with the headers of this kernel\n", stderr);
	return CANNOT;
}

#endif
