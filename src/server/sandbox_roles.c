/* sandbox_roles: see sandbox_roles.h. */
#include "server/sandbox_roles.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/seccomp_rule.h"

/* A session's directories. */
#define BASE SECCOMP_FD(0)
#define DONE SECCOMP_FD(1)
#define FROM                                                                                       \
	SECCOMP_FD(                                                                                \
	    2) /* base, where completed-path is another directory: files are moved out of it */
/* base, where a file can only be moved by link and unlink */
#define LINK_FROM SECCOMP_FD(3)
/* to the master */
#define CHANNEL SECCOMP_FD(4)

/* ---- a session ---- */

/* Standard error may be a regular file, to which lines are only appended; standard input and output
 * are /dev/null or belong to another process. */
#define NOT_STANDARD                                                                               \
	{                                                                                          \
		ABOVE, 0, STDERR_FILENO                                                            \
	}

/* Anyone who runs a set-user-ID file that the server owns would run as the server's user. */
#define NO_SET_ID(argument)                                                                        \
	{                                                                                          \
		LACKS, argument, S_ISUID | S_ISGID                                                 \
	}

static const struct seccomp_rule session_calls[] = {
    /* the stream and the capture file */
    ALLOW(recvfrom),
    WHEN(pwrite64, NOT_STANDARD),
    ALLOW(read),                     /* signals (signalfd) */
    WHEN(recvmsg, {IS, 0, CHANNEL}), /* its orders, and a filter with them, which is then read */
    /* one new file at a time, in its own directory */
    WHEN(openat, {IS, 0, BASE}, {IS, 2, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC},
	NO_SET_ID(3)),
    ALLOW(flock),
    WHEN(fchmod, {ISNT, 0, BASE}, {ISNT, 0, DONE}, NOT_STANDARD, NO_SET_ID(1)),
    WHEN(ftruncate, NOT_STANDARD),
    /* whether a name is taken, and whether it still is our file; fstat() is the third */
    WHEN(newfstatat, {IS, 0, BASE}, {IS, 3, AT_SYMLINK_NOFOLLOW}),
    WHEN(newfstatat, {IS, 0, DONE}, {IS, 3, AT_SYMLINK_NOFOLLOW}),
    WHEN(newfstatat, {IS, 3, AT_EMPTY_PATH}),
    ALLOW(fstat),
    /* removes a file without packets; where finished files stay in base-path, repair does it */
    WHEN(unlinkat, {IS, 0, FROM}, {IS, 2, 0}),
    ERRNO_WHEN(unlinkat, EPERM, {IS, 0, BASE}, {IS, 2, 0}),
    /* publication, and write-back of a large file while it grows */
    ALLOW(fdatasync),
    ALLOW(fsync),
    ALLOW(sync_file_range),
    ALLOW(fadvise64),
    WHEN(renameat2, {IS, 0, FROM}, {IS, 2, DONE}, {IS, 4, RENAME_NOREPLACE}),
    WHEN(linkat, {IS, 0, LINK_FROM}, {IS, 2, DONE}, {IS, 4, 0}),
    WHEN(ioctl, {IS, 1, FIONREAD}), /* how much is queued when it is told to stop */
    WHEN(prlimit64, {IS, 0, 0}, {IS, 1, RLIMIT_CPU}),              /* after a handshake */
    WHEN(setsockopt, {IS, 1, IPPROTO_TCP}, {IS, 2, TCP_QUICKACK}), /* during a handshake */
    WHEN(setsockopt, {IS, 1, SOL_SOCKET}, {IS, 2, SO_LINGER}),     /* a refused stream is reset */
    /* it would grow a shared page to those of others; realloc() does without it */
    ERRNO(mremap, ENOMEM),
};

/* ---- a doorman ---- */

#define CONNECTION SECCOMP_FD(0)

static const struct seccomp_rule doorman_calls[] = {
    WHEN(recvfrom, {IS, 0, CONNECTION}),
    /* whoever has taken it over says nothing in its place */
    ERRNO_WHEN(write, EPERM, {IS, 0, CONNECTION}),
    ERRNO_WHEN(sendto, EPERM, {IS, 0, CONNECTION}),
};

/* ---- the keeper ---- */

static const struct seccomp_rule keeper_calls[] = {
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

/* The flags of linkat(): none, or, where no file needs a link, what the kernel refuses. */
#define LINK_FLAGS SECCOMP_FD(0)

static const struct seccomp_rule repair_calls[] = {
    /* directories, files to read and files to cut; Landlock decides in which directories */
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
    WHEN(linkat, {IS, 4, LINK_FLAGS}),
};

/* ---- the compiler ----
 *
 * What libpcap tries for a name, which is not looked up, fails. */

static const struct seccomp_rule compiler_calls[] = {
    ALLOW(fstat),
    ALLOW(newfstatat),
    ALLOW(lseek),
};

/* ---- the master ----
 *
 * It reads no input of a peer. Its children inherit its filter, so every call that they need must
 * be in it. Other calls fail with EPERM instead of ending the process: a library update that needs
 * a new call must not end every recording. */

static const struct seccomp_rule master_calls[] = {
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
    WHEN(madvise, {IS, 2, MADV_DONTFORK}), /* at a reload: memory that no child has */
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
    ALLOW(memfd_create), /* a filter for a recording that runs */
    /* what only children do */
    ALLOW(pwrite64),
    ALLOW(flock),
    ALLOW(fchmod),
    ALLOW(ftruncate),
    ALLOW(fallocate), /* room in the status area */
    ALLOW(unlinkat),
    ALLOW(fdatasync),
    ALLOW(fsync),
    ALLOW(sync_file_range),
    ALLOW(fadvise64),
    ALLOW(renameat2),
    ALLOW(linkat),
};

/* ---- all of them ---- */

static struct seccomp_program master_program, session_program, doorman_program, keeper_program,
    repair_program, compiler_program;

const struct sandbox_role role_master = {
    .calls = SECCOMP_TABLE(master_calls), .program = &master_program, .lenient = true};
const struct sandbox_role role_session = {.calls = SECCOMP_TABLE(session_calls),
    .program = &session_program,
    .limited = true,
    .few_descriptors = true,
    .unmaps = true,
    .confined = true};
const struct sandbox_role role_doorman = {.calls = SECCOMP_TABLE(doorman_calls),
    .program = &doorman_program,
    .limited = true,
    .few_descriptors = true,
    .unmaps = true,
    .confined = true};
const struct sandbox_role role_keeper = {.calls = SECCOMP_TABLE(keeper_calls),
    .program = &keeper_program,
    .limited = true,
    .confined = true};
const struct sandbox_role role_repair = {.calls = SECCOMP_TABLE(repair_calls),
    .program = &repair_program,
    .limited = true,
    .confined = true};
const struct sandbox_role role_compiler = {.calls = SECCOMP_TABLE(compiler_calls),
    .program = &compiler_program,
    .lenient = true,
    .limited = true,
    .confined = true};

void roles_prepare(char lacking[SANDBOX_LACKING_MAX])
{
	static const struct sandbox_role *const all[] = {
	    &role_master, &role_session, &role_doorman, &role_keeper, &role_repair, &role_compiler};

	sandbox_prepare(all, sizeof(all) / sizeof(*all), lacking);
}

const char *roles_enter_session(int base, int done, bool may_link, int channel, int rules)
{
	int from = base == done ? -1 : base;
	const int fd[] = {base, done, from, may_link ? from : -1, channel};

	return sandbox_enter(&role_session, fd, sizeof(fd) / sizeof(*fd), rules);
}

const char *roles_enter_doorman(int connection, int rules)
{
	return sandbox_enter(&role_doorman, &connection, 1, rules);
}

const char *roles_enter_repair(bool may_link, int rules)
{
	const int link_flags = may_link ? 0 : -1;

	return sandbox_enter(&role_repair, &link_flags, 1, rules);
}
