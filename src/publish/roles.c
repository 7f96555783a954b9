/* roles: see roles.h. */
#include "publish/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "daemon/seccomp_rule.h"

/* Their descriptors are open, and there are no others. What all processes need (write(), memory,
 * end) is in daemon/seccomp.c. */
static const struct seccomp_rule walker_calls[] = {
    ALLOW(pread64), ALLOW(read),     /* what the master says */
    ALLOW(fstat), ALLOW(newfstatat), /* fstat() of the C library */
};

/* What pthread_create() of the C library asks for: a thread, never a process. */
#define THREAD                                                                                     \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_THREAD |        \
	    CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* libzmq: a thread that reads and writes connections, and one that closes sockets. It makes no
 * socket of its own: the listening one was given to it. */
static const struct seccomp_rule sender_calls[] = {
    ALLOW(read),
    ALLOW(recvfrom),
    ALLOW(sendto),
    ALLOW(recvmsg), /* orders */
#ifdef __NR_epoll_wait
    ALLOW(epoll_wait),
#endif
    ALLOW(epoll_pwait),
    ALLOW(epoll_ctl),
    ALLOW(epoll_create1),
    ALLOW(eventfd2),
    ALLOW(accept4),
    ALLOW(setsockopt),
    ALLOW(getsockopt),
    ALLOW(getsockname),
    ALLOW(getpeername),
    ALLOW(dup),
    WHEN(fcntl, {IS, 1, F_GETFL}),
    WHEN(fcntl, {IS, 1, F_SETFL}),
    WHEN(fcntl, {IS, 1, F_SETFD}),
    /* threads */
    WHEN(clone, {IS, 0, THREAD}),
#ifdef __NR_clone3
    ERRNO(clone3, ENOSYS), /* its flags are in memory, where no filter sees them */
#endif
    ALLOW(set_robust_list),
    ALLOW(rt_sigaction),
#ifdef __NR_rseq
    ALLOW(rseq),
#endif
    WHEN(prctl, {IS, 0, PR_SET_NAME}),
    ALLOW(gettid),
    ALLOW(sched_getparam),
    ALLOW(sched_getscheduler),
    WHEN(sched_setscheduler, {IS, 1, SCHED_OTHER}), /* as it is already */
    ALLOW(sched_yield),
    /* files of the system that malloc() and what libzmq is linked with look for at the start: they
     * do without */
    ERRNO(openat, EACCES),
    WHEN(newfstatat, {IS, 3, AT_EMPTY_PATH}),
    ERRNO(newfstatat, EACCES),
    ALLOW(fstat),
    ALLOW(sched_getaffinity),
    WHEN(madvise, {IS, 2, MADV_DONTNEED}),
};

/* Stacks and arenas of two threads, and what waits for subscribers. */
#define SENDER_MEMORY (1u << 30)

static struct seccomp_program walker_program, sender_program;

static const struct sandbox_role role_walker = {.calls = SECCOMP_TABLE(walker_calls),
    .program = &walker_program,
    .limited = true,
    .few_descriptors = true,
    .confined = true};

static const struct sandbox_role role_sender = {.calls = SECCOMP_TABLE(sender_calls),
    .program = &sender_program,
    .limited = true,
    .threads = true,
    .memory = SENDER_MEMORY,
    .confined = true};

static struct process_kind walker = {&role_walker, -1}, sender = {&role_sender, -1};

bool publish_roles_prepare(char lacking[SANDBOX_LACKING_MAX])
{
	static const struct sandbox_role *const all[] = {&role_walker, &role_sender};

	sandbox_prepare(all, sizeof(all) / sizeof(*all), lacking);
	walker.rules = sender.rules = sandbox_rules(NULL, 0);
	return walker.rules > -2;
}

const struct process_kind *publish_roles_walker(void)
{
	return &walker;
}

const struct process_kind *publish_roles_sender(void)
{
	return &sender;
}
