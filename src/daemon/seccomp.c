/* seccomp: see seccomp.h. */
#include "daemon/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
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

/* ---- what every process of ours needs ---- */

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

/* ---- from table to program ---- */

static void emit(struct seccomp_program *p, struct sock_filter insn)
{
	if (p->n == SECCOMP_PROGRAM_MAX)
		p->overflow = true;
	else
		p->insn[p->n++] = insn;
}

#define LOAD(field)                                                                                \
	(struct sock_filter)                                                                       \
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what)      (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, (what))
#define JUMP(op, k, t, f) (struct sock_filter) BPF_JUMP(BPF_JMP | (op) | BPF_K, (k), (t), (f))

static unsigned checks_of(const struct seccomp_rule *r)
{
	unsigned n = 0;

	while (n < SECCOMP_CHECKS_MAX && r->check[n].verb != END)
		n++;
	return n;
}

/* The call's number is in the accumulator before and, when the rule does not decide, after. */
static void emit_rule(struct seccomp_program *p, const struct seccomp_rule *r)
{
	unsigned n = checks_of(r);
	/* instructions: two for each check, the verdict, and the number loaded again */
	uint8_t body = (uint8_t)(n > 0 ? 2 * n + 2 : 1);

	emit(p, JUMP(BPF_JEQ, (uint32_t)r->call, 0, body));
	for (unsigned i = 0; i < n; i++) {
		const struct seccomp_check *c = &r->check[i];
		uint8_t out = (uint8_t)(2 * (n - i) - 1); /* to the number */
		/* the low word: the three architectures are little-endian */
		uint32_t at = (uint32_t)(offsetof(struct seccomp_data, args) + 8 * c->argument);

		emit(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at));
		emit(p, c->verb == IS      ? JUMP(BPF_JEQ, c->value, 0, out)
			: c->verb == ISNT  ? JUMP(BPF_JEQ, c->value, out, 0)
			: c->verb == ABOVE ? JUMP(BPF_JGT, c->value, 0, out)
					   : JUMP(BPF_JSET, c->value, out, 0));
	}
	emit(p, RETURN(r->refuse ? SECCOMP_RET_ERRNO | r->refuse : SECCOMP_RET_ALLOW));
	if (n > 0)
		emit(p, LOAD(nr));
}

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
	*p = (struct seccomp_program){.n = 0};
	emit(p, LOAD(arch));
	emit(p, JUMP(BPF_JEQ, ARCHITECTURE, 1, 0));
	emit(p, RETURN(SECCOMP_RET_KILL_PROCESS));
	emit(p, LOAD(nr));
	for (size_t i = 0; i < own->n; i++)
		emit_rule(p, &own->rule[i]);
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		emit_rule(p, &common[i]);
	/* no call at all: strace(1) has put it there to inject an error */
	emit(p, JUMP(BPF_JEQ, UINT32_MAX, 0, 1));
	emit(p, RETURN(SECCOMP_RET_ALLOW));
	emit(p, RETURN(lenient ? LENIENT : DEATH));
	return !p->overflow;
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
	struct seccomp_program own = *program;
	struct sock_fprog f = {.len = own.n, .filter = own.insn};

	for (size_t i = 0; i < n; i++)
		put_in(&own, SECCOMP_FD((uint32_t)i), fd[i]);
	trap();
	/* prctl(): seccomp(2) itself is missing in systemd's @system-service */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f, 0, 0) == 0;
}
