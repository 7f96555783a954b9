/* seccomp: which system calls a process may make (seccomp(2)), with which arguments: the engine.
 *
 * A table (seccomp_rule.h) is made into a filter program (seccomp_compile.h) once, before there are
 * children. Numbers of descriptors that differ from child to child are put into the copy that a
 * child enters. Knows no role: the tables come from the programs, but for what all of them need to
 * log, to allocate and to end. By hand and not by libseccomp, for a program that is made once,
 * passes call -1 (which is how strace(1) injects faults), is short, and costs no library. */
#ifndef DAEMON_SECCOMP_H
#define DAEMON_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/seccomp_compile.h"

struct seccomp_table;

/* What every process needs: it follows a role's own table. */
extern const struct seccomp_table seccomp_common;

/* False: the kernel has no filters, or this is no architecture whose calls we know. */
bool seccomp_available(void);

/* What is not in the table ends the process; lenient: fails with EPERM. False: it is too long. */
bool seccomp_build(struct seccomp_program *p, const struct seccomp_table *own, bool lenient);

/* fd: the table's SECCOMP_FD(0 to n - 1); to -1 no descriptor is equal. False with errno. */
bool seccomp_enter(const struct seccomp_program *program, const int *fd, size_t n);

#endif
