/* sandbox: what a process may still do once it meets input.
 *
 * Every process gives up, in this order, what it does not need: resources (limits), new privileges,
 * files and sockets (landlock), system calls (seccomp). What can be prepared is prepared once in
 * the master: the filter programs, and a ruleset for each pair of directories. There is no way back
 * out, and nothing here can be switched by a peer. Refuses to know what kinds of processes there
 * are: each program brings its roles. */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"
#include "daemon/landlock.h"
#include "daemon/seccomp.h"
#include "daemon/seccomp_rule.h"

/* A kind of process. All zero but calls and program: seccomp alone. */
struct sandbox_role {
	struct seccomp_table calls;      /* that it may make */
	struct seccomp_program *program; /* room for what sandbox_prepare() makes of them */
	bool lenient;         /* other calls fail with EPERM; else they end the process */
	bool limited;         /* resource limits hold */
	size_t memory;        /* of them: bytes that it may use beyond what others may */
	bool threads;         /* of them: it may start threads */
	bool few_descriptors; /* one of them: it opens few and is sent one at a time */
	bool unmaps;          /* it unmaps, before, what sandbox_measure() is told of */
	bool confined;        /* files and sockets are Landlock's */
};

#define SANDBOX_LACKING_MAX 160

/* In the master, once, before the first sandbox_rules(). Without it all of the rest does nothing.
 * What the kernel lacks is named in `lacking`, "" for nothing; the rest is used all the same. */
void sandbox_prepare(
    const struct sandbox_role *const *role, size_t n, char lacking[SANDBOX_LACKING_MAX]);

/* Reports what is lacking, if anything is: an error where all of it is required, else a warning. */
void sandbox_report(
    const char *lacking, bool required, const char *file, struct problems *problems);

/* How much of it this process and its children have: "full", "landlock" or "seccomp" where the
 * kernel lacks the other, "none", or "off". */
const char *sandbox_level(void);

/* A ruleset over these directories and nothing else, as a descriptor; -1 where there is no need of
 * one, -2 with errno when it cannot be made. */
int sandbox_rules(const struct landlock_dir *dir, size_t n);

/* How much memory the master has by now: its children get a fixed amount more. Of it
 * `private` bytes are inherited by no process, and `unmapped` bytes are unmapped by the roles that
 * say so. After the start and after each reload. */
void sandbox_measure(size_t private, size_t unmapped);

/* The same anew, with the same arguments: before a process is forked that has much more than the
 * master had then. */
void sandbox_measure_again(void);

/* Locks this process in, as one of a role that was prepared. fd: the descriptors that the role's
 * calls name, as seccomp_enter(); rules: its ruleset, which is closed, -1 for none. NULL, or which
 * mechanism that was there at the start refuses, with errno: the process must not go on. */
const char *sandbox_enter(const struct sandbox_role *role, const int *fd, size_t n, int rules);

#endif
