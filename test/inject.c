/* inject: makes a running process try a system call, as if an attacker ran code in it.
 *
 * usage: inject PID CALL [ARGUMENT…]   an argument is a number, or =TEXT for a pointer to that text
 *
 * Attaches with ptrace(2), waits for the next system call of the process (the caller sees to it
 * that one comes), and puts the wanted one in its place before the kernel's filters see it. Prints
 * what came of it: the result, "-EACCES" and the like by number, or "killed by signal N". x86-64.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifdef __x86_64__

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Below the red zone of the stack there is nothing. */
static unsigned long put_text(pid_t pid, unsigned long *at, const char *text)
{
	size_t len = strlen(text) + 1;
	struct iovec own = {(void *)text, len}, its;

	*at = (*at - len) & ~15ul;
	its = (struct iovec){(void *)*at, len};
	if (process_vm_writev(pid, &own, 1, &its, 1, 0) != (ssize_t)len)
		fail("process_vm_writev");
	return *at;
}

static void to_next_stop(pid_t pid)
{
	int status, sig = 0;

	do {
		if (ptrace(PTRACE_SYSCALL, pid, 0, sig) < 0)
			fail("PTRACE_SYSCALL");
		if (waitpid(pid, &status, 0) < 0)
			fail("waitpid");
		sig = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
	} while (sig == SIGSYS); /* on its way; it dies of it */
	if (WIFSIGNALED(status)) {
		printf("killed by signal %d\n", WTERMSIG(status));
		exit(0);
	}
}

int main(int argc, char **argv)
{
	struct user_regs_struct r, before;
	unsigned long at, value[6] = {0};
	pid_t pid = argc > 2 ? (pid_t)atol(argv[1]) : 0;
	int status;

	if (argc < 3 || argc > 9) {
		fputs("usage: inject PID CALL [ARGUMENT…]\n", stderr);
		return 2;
	}
	if (ptrace(PTRACE_ATTACH, pid, 0, 0) < 0 || waitpid(pid, &status, 0) < 0)
		fail("PTRACE_ATTACH");
	to_next_stop(pid);
	/* the attachment interrupts poll(), which may be restarted first */
	if (ptrace(PTRACE_GETREGS, pid, 0, &r) < 0)
		fail("PTRACE_GETREGS");
	before = r;
	at = r.rsp - 256;
	for (int i = 3; i < argc; i++)
		value[i - 3] =
		    argv[i][0] == '=' ? put_text(pid, &at, argv[i] + 1) : strtoul(argv[i], NULL, 0);
	r.orig_rax = strtoul(argv[2], NULL, 0);
	r.rdi = value[0];
	r.rsi = value[1];
	r.rdx = value[2];
	r.r10 = value[3];
	r.r8 = value[4];
	r.r9 = value[5];
	if (ptrace(PTRACE_SETREGS, pid, 0, &r) < 0)
		fail("PTRACE_SETREGS");
	to_next_stop(pid);
	if (ptrace(PTRACE_GETREGS, pid, 0, &r) < 0)
		fail("PTRACE_GETREGS");
	/* its own call once more: the instruction has two bytes */
	before.rip -= 2;
	before.rax = before.orig_rax;
	before.orig_rax = ~0ul;
	if (ptrace(PTRACE_SETREGS, pid, 0, &before) < 0)
		fail("PTRACE_SETREGS");
	to_next_stop(pid); /* a filter's verdict of death comes behind the call that it skipped */
	printf("%ld\n", (long)r.rax);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	return 0;
}

#else

int main(void)
{
	fputs("inject: not written for this architecture\n", stderr);
	return 77;
}

#endif
