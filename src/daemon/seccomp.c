/* seccomp: see seccomp.h. */
#include "daemon/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/seccomp_rule.h"

#if defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define ARCHITECTURE 0
#endif

static const struct seccomp_rule common[] = {
    /* the log: a file or pipe, a socket; and whether it takes a line at once */
    ALLOW(write),
    WHEN(sendto, {IS, 5, 0}), /* on a connected socket only: no destination address */
#ifdef __NR_poll
    ALLOW(poll),
#endif
    ALLOW(ppoll),
    ALLOW(getpid),
    /* malloc; memory that can be executed is never asked for */
    ALLOW(brk),
    WHEN(mmap, {LACKS, 2, PROT_EXEC}),
    ALLOW(munmap),
    ALLOW(mremap),
    WHEN(mprotect, {LACKS, 2, PROT_EXEC}), /* a thread arena grows so */
#ifdef WITH_SANITIZERS
    ALLOW(madvise),
    ALLOW(sigaltstack),
    ALLOW(gettid),
    ALLOW(readlinkat),
#else
    /* malloc returns memory with it; it does without other advice */
    WHEN(madvise, {IS, 2, MADV_DONTNEED}),
    ERRNO(madvise, EINVAL),
#endif
    /* locks and random numbers of GnuTLS, which reseeds after a fork */
    ALLOW(futex),
    ALLOW(getrandom),
    /* time, where the kernel's clock cannot be read in user space */
    ALLOW(clock_gettime),
    ALLOW(gettimeofday),
    /* a call that a stop and a continue interrupted */
    ALLOW(restart_syscall),
    ALLOW(rt_sigreturn),
    ALLOW(rt_sigprocmask),
    ALLOW(close),
    ALLOW(exit_group),
    ALLOW(exit),
#ifdef SANDBOX_TRAP
    ALLOW(rt_sigaction),
    ALLOW(tgkill),
    ALLOW(gettid),
#endif
};
const struct seccomp_table seccomp_common = SECCOMP_TABLE(common);

#ifdef SANDBOX_TRAP
#define DEATH SECCOMP_RET_TRAP /* for porting: the call is named on standard error */
#else
#define DEATH SECCOMP_RET_KILL_PROCESS
#endif

#ifdef WITH_SANITIZERS /* which look for leaks at the end, with threads and ptrace(2) */
#define LENIENT SECCOMP_RET_ALLOW
#else
#define LENIENT (SECCOMP_RET_ERRNO | EPERM)
#endif

bool seccomp_build(struct seccomp_program *p, const struct seccomp_table *own, bool lenient)
{
	const struct seccomp_table *const both[] = {own, &seccomp_common};

	return seccomp_compile(
	    p, both, sizeof(both) / sizeof(*both), ARCHITECTURE, lenient ? LENIENT : DEATH);
}

bool seccomp_available(void)
{
	/* a NULL program fails with EFAULT where filters are supported */
	return ARCHITECTURE != 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 &&
	       errno == EFAULT;
}

#ifdef SANDBOX_TRAP
static void name_call(int sig, siginfo_t *info, void *context)
{
	char text[80];
	int n = snprintf(
	    text, sizeof(text), "sandbox: system call %d is not in the table\n", info->si_syscall);

	(void)context;
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(128 + sig);
	_exit(128 + sig);
}

static void trap(void)
{
	struct sigaction act = {.sa_sigaction = name_call, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &act, NULL);
}
#else
static void trap(void)
{
}
#endif

/* fd -1 leaves the stand-in in place: no descriptor has that number, so the check fails. */
static void put_in(struct seccomp_program *p, uint32_t stand_in, int fd)
{
	for (unsigned i = 0; fd >= 0 && i < p->n; i++)
		if (p->insn[i].code == (BPF_JMP | BPF_JEQ | BPF_K) && p->insn[i].k == stand_in)
			p->insn[i].k = (uint32_t)fd;
}

bool seccomp_enter(const struct seccomp_program *program, const int *fd, size_t n)
{
	struct seccomp_program own;
	struct sock_fprog f = {.len = program->n, .filter = own.insn};

	/* no more of it than there is: each page of the stack is a page fault */
	own.n = program->n;
	memcpy(own.insn, program->insn, own.n * sizeof(*own.insn));
	for (size_t i = 0; i < n; i++)
		put_in(&own, SECCOMP_FD((uint32_t)i), fd[i]);
	trap();
	/* prctl(): seccomp(2) itself is missing in systemd's @system-service */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f, 0, 0) == 0;
}
