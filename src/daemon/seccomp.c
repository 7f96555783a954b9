/* sandbox_seccomp: see sandbox_seccomp.h. */
#include "daemon/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define ARCHITECTURE 0
#endif

/* A program is a row of rules; this is room for the longest. */
#define PROGRAM_MAX 512
#define CHECKS_MAX  4

/* Stand for the session's directories until a copy of the program gets the numbers. */
#define BASE 0x7ffffff1u
#define DONE 0x7ffffff2u
#define FROM 0x7ffffff3u /* base, where it is not done, too: files go away from there */

enum verb {
	END,
	IS,    /* the argument's low word is the value; the kernel takes an int */
	ISNT,  /* it is not */
	ABOVE, /* it is larger */
	LACKS, /* it has none of the bits */
};

struct check {
	enum verb verb;
	unsigned argument;
	uint32_t value;
};

struct rule {
	int call;
	uint32_t refuse; /* errno; 0: allow */
	struct check check[CHECKS_MAX];
};

#define ALLOW(name)                                                                                \
	{                                                                                          \
		.call = __NR_##name                                                                \
	}
#define WHEN(name, ...)                                                                            \
	{                                                                                          \
		.call = __NR_##name, .check = { __VA_ARGS__ }                                      \
	}
#define ERRNO_WHEN(name, code, ...)                                                                \
	{                                                                                          \
		.call = __NR_##name, .refuse = (code), .check = { __VA_ARGS__ }                    \
	}
#define ERRNO(name, code)                                                                          \
	{                                                                                          \
		.call = __NR_##name, .refuse = (code)                                              \
	}

/* ---- what every role needs ---- */

static const struct rule common[] = {
    /* the log: a file or pipe, a socket; and whether it takes a line at once */
    ALLOW(write),
    WHEN(sendto, {IS, 5, 0}), /* to where the socket is connected, nowhere else */
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
    /* malloc gives memory back so; the rest of what it may advise it does without */
    WHEN(madvise, {IS, 2, MADV_DONTNEED}),
    ERRNO(madvise, EINVAL),
#endif
    /* GnuTLS locks; its random numbers, also after noticing a fork */
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

/* ---- a session ---- */

/* Standard error may be a regular file, to which lines are only added; the others are /dev/null or
 * somebody else's. */
#define NOT_STANDARD                                                                               \
	{                                                                                          \
		ABOVE, 0, STDERR_FILENO                                                            \
	}

/* A file that gives away the user of the server to whoever runs it is no capture. */
#define NO_SET_ID(argument)                                                                        \
	{                                                                                          \
		LACKS, argument, S_ISUID | S_ISGID                                                 \
	}

static const struct rule session[] = {
    /* the stream, the capture file: a few times for every buffer */
    ALLOW(recvfrom), WHEN(pwrite64, NOT_STANDARD), ALLOW(read), /* signals (signalfd) */
    /* one new file at a time, in its own directory */
    WHEN(openat, {IS, 0, BASE}, {IS, 2, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC},
	NO_SET_ID(3)),
    ALLOW(flock), WHEN(fchmod, {ISNT, 0, BASE}, {ISNT, 0, DONE}, NOT_STANDARD, NO_SET_ID(1)),
    WHEN(ftruncate, NOT_STANDARD),
    /* is the name taken, is it still ours; fstat() is the third */
    WHEN(newfstatat, {IS, 0, BASE}, {IS, 3, AT_SYMLINK_NOFOLLOW}),
    WHEN(newfstatat, {IS, 0, DONE}, {IS, 3, AT_SYMLINK_NOFOLLOW}),
    WHEN(newfstatat, {IS, 3, AT_EMPTY_PATH}), ALLOW(fstat),
    /* one that nothing has come into; where finished files stay it is left to repair */
    WHEN(unlinkat, {IS, 0, FROM}, {IS, 2, 0}),
    ERRNO_WHEN(unlinkat, EPERM, {IS, 0, BASE}, {IS, 2, 0}),
    /* publication; long recordings go to the disk as they grow */
    ALLOW(fdatasync), ALLOW(fsync), ALLOW(sync_file_range), ALLOW(fadvise64),
    WHEN(renameat2, {IS, 0, FROM}, {IS, 2, DONE}, {IS, 4, RENAME_NOREPLACE}),
    WHEN(ioctl, {IS, 1, FIONREAD}), /* what is queued when it is told to stop */
    WHEN(setsockopt, {IS, 1, IPPROTO_TCP}, {IS, 2, TCP_QUICKACK}), /* during a handshake */
};

/* ---- the keeper ---- */

static const struct rule keeper[] = {
    ALLOW(recvfrom),
    ALLOW(recvmsg),
    ALLOW(epoll_ctl),
    ALLOW(epoll_create1),
#ifdef __NR_epoll_wait
    ALLOW(epoll_wait),
#endif
    ALLOW(epoll_pwait),
};

/* ---- repair ---- */

static const struct rule repair[] = {
    /* directories, files to look into and files to cut; where they may lie is Landlock's */
    WHEN(openat, {IS, 2, O_RDONLY | O_DIRECTORY | O_CLOEXEC}),
    WHEN(openat, {IS, 2, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY}),
    WHEN(openat, {IS, 2, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK}),
    ALLOW(getdents64),
    WHEN(fcntl, {IS, 1, F_GETFL}), /* fdopendir() */
    WHEN(fcntl, {IS, 1, F_SETFD}),
    ALLOW(lseek),
    ALLOW(pread64),
    ALLOW(geteuid),
    ALLOW(newfstatat),
    ALLOW(fstat),
    ALLOW(flock),
    WHEN(fchmod, NOT_STANDARD, NO_SET_ID(1)),
    WHEN(ftruncate, NOT_STANDARD),
    WHEN(unlinkat, {IS, 2, 0}),
    ALLOW(fdatasync),
    ALLOW(fsync),
    WHEN(renameat2, {IS, 4, RENAME_NOREPLACE}),
};

/* ---- the master ----
 *
 * It meets no input of a peer, but all its children have its filter above their own, so theirs
 * must be in it. What is missing here is refused with EPERM: a library that wants something new
 * must not end every recording. */

static const struct rule master[] = {
    /* the loop */
    ALLOW(accept4),
#ifdef __NR_epoll_wait
    ALLOW(epoll_wait),
#endif
    ALLOW(epoll_pwait),
    ALLOW(epoll_ctl),
    ALLOW(epoll_create1),
    ALLOW(recvfrom),
    ALLOW(recvmsg),
    ALLOW(sendmsg),
    ALLOW(read),
    ALLOW(signalfd4),
    ALLOW(socketpair),
    ALLOW(wait4),
    ALLOW(kill),
    /* children, and what they do before they lock themselves in */
    WHEN(clone, {LACKS, 0, 0x7e020000u /* CLONE_NEW*: no namespaces */}),
    ERRNO(clone3, ENOSYS), /* its arguments cannot be seen; the C library falls back */
    ALLOW(set_robust_list),
    ALLOW(gettid),
    ALLOW(tgkill),
    ALLOW(setsid),
    ALLOW(close_range),
    ALLOW(rt_sigaction),
    ALLOW(prctl),
    ALLOW(seccomp),
    ALLOW(landlock_create_ruleset),
    ALLOW(landlock_add_rule),
    ALLOW(landlock_restrict_self),
    ALLOW(prlimit64),
    ALLOW(getrlimit),
    ALLOW(setrlimit),
    ALLOW(dup),
    ALLOW(dup3),
/* a reload: files, directories, sockets */
#ifdef __NR_open
    ALLOW(open),
    ALLOW(access),
    ALLOW(stat),
    ALLOW(lstat),
    ALLOW(readlink),
    ALLOW(unlink),
    ALLOW(dup2),
    ALLOW(getdents),
#endif
    ALLOW(openat),
    ALLOW(faccessat),
    ALLOW(faccessat2),
    ALLOW(readlinkat),
    ALLOW(getdents64),
    ALLOW(newfstatat),
    ALLOW(fstat),
    ALLOW(statx),
    ALLOW(statfs),
    ALLOW(fstatfs),
    ALLOW(getcwd),
    ALLOW(chdir),
    ALLOW(fchdir), /* @include is relative to the file */
    ALLOW(lseek),
    ALLOW(pread64),
    ALLOW(fcntl),
    ALLOW(ioctl),
    ALLOW(socket),
    ALLOW(connect),
    ALLOW(bind),
    ALLOW(listen),
    ALLOW(getsockname),
    ALLOW(getpeername),
    ALLOW(setsockopt),
    ALLOW(getsockopt),
    ALLOW(shutdown),
    ALLOW(getuid),
    ALLOW(geteuid),
    ALLOW(getgid),
    ALLOW(getegid),
    ALLOW(getgroups),
    ALLOW(sysinfo),
    ALLOW(uname),
    ALLOW(sched_getaffinity),
    ALLOW(getrusage),
    ALLOW(clock_nanosleep),
    ALLOW(nanosleep),
    ALLOW(timerfd_create),
    ALLOW(timerfd_settime),
    /* what only children do */
    ALLOW(pwrite64),
    ALLOW(flock),
    ALLOW(fchmod),
    ALLOW(ftruncate),
    ALLOW(unlinkat),
    ALLOW(fdatasync),
    ALLOW(fsync),
    ALLOW(sync_file_range),
    ALLOW(fadvise64),
    ALLOW(renameat2),
};

/* ---- from table to program ---- */

struct program {
	struct sock_filter insn[PROGRAM_MAX];
	unsigned short n;
	bool overflow;
};

static struct program program[SANDBOX_ROLES];

static void emit(struct program *p, struct sock_filter insn)
{
	if (p->n == PROGRAM_MAX)
		p->overflow = true;
	else
		p->insn[p->n++] = insn;
}

#define LOAD(field)                                                                                \
	(struct sock_filter)                                                                       \
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what)      (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, (what))
#define JUMP(op, k, t, f) (struct sock_filter) BPF_JUMP(BPF_JMP | (op) | BPF_K, (k), (t), (f))

static unsigned checks_of(const struct rule *r)
{
	unsigned n = 0;

	while (n < CHECKS_MAX && r->check[n].verb != END)
		n++;
	return n;
}

/* The call's number is in the accumulator before and, when the rule does not decide, after. */
static void emit_rule(struct program *p, const struct rule *r)
{
	unsigned n = checks_of(r);
	/* all of it: two for a check, the verdict, and the number once more */
	uint8_t body = (uint8_t)(n > 0 ? 2 * n + 2 : 1);

	emit(p, JUMP(BPF_JEQ, (uint32_t)r->call, 0, body));
	for (unsigned i = 0; i < n; i++) {
		const struct check *c = &r->check[i];
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

static bool build(struct program *p, const struct rule *own, size_t n, uint32_t otherwise)
{
	*p = (struct program){.n = 0};
	emit(p, LOAD(arch));
	emit(p, JUMP(BPF_JEQ, ARCHITECTURE, 1, 0));
	emit(p, RETURN(SECCOMP_RET_KILL_PROCESS));
	emit(p, LOAD(nr));
	for (size_t i = 0; i < n; i++)
		emit_rule(p, &own[i]);
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		emit_rule(p, &common[i]);
	/* no call at all: strace(1) has put it there to inject an error */
	emit(p, JUMP(BPF_JEQ, UINT32_MAX, 0, 1));
	emit(p, RETURN(SECCOMP_RET_ALLOW));
	emit(p, RETURN(otherwise));
	return !p->overflow;
}

#ifdef WITH_SANITIZERS /* which look for leaks at the end, with threads and ptrace(2) */
#define MASTER_OTHERWISE SECCOMP_RET_ALLOW
#else
#define MASTER_OTHERWISE (SECCOMP_RET_ERRNO | EPERM)
#endif

#define TABLE(rules) rules, sizeof(rules) / sizeof(*(rules))

bool seccomp_prepare(void)
{
	/* asked with a program that is not there: EFAULT where there are filters at all */
	if (ARCHITECTURE == 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == 0 ||
	    errno != EFAULT)
		return false;
	return build(&program[SANDBOX_MASTER], TABLE(master), MASTER_OTHERWISE) &&
	       build(&program[SANDBOX_SESSION], TABLE(session), DEATH) &&
	       build(&program[SANDBOX_KEEPER], TABLE(keeper), DEATH) &&
	       build(&program[SANDBOX_REPAIR], TABLE(repair), DEATH);
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

/* -1 for a directory that is not there fits no descriptor, so the check refuses. */
static void put_in(struct program *p, uint32_t stand_in, int fd)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->insn[i].code == (BPF_JMP | BPF_JEQ | BPF_K) && p->insn[i].k == stand_in)
			p->insn[i].k = fd < 0 ? stand_in : (uint32_t)fd;
}

bool seccomp_enter(enum sandbox_role role, int base, int done)
{
	struct program own = program[role];
	struct sock_fprog f = {.len = own.n, .filter = own.insn};

	put_in(&own, BASE, base);
	put_in(&own, DONE, done);
	put_in(&own, FROM, base == done ? -1 : base);
	trap();
	/* prctl(): seccomp(2) itself is missing in systemd's @system-service */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f, 0, 0) == 0;
}
