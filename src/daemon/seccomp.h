/* sandbox_seccomp: which system calls a process may make (seccomp(2)), with which arguments.
 *
 * One table a role, made into a program once, in the master. The numbers of a session's two
 * directories are put into its copy when it is entered: they differ from client to client.
 * By hand and not by libseccomp, for a program that is made once, passes call -1 (which is how
 * strace(1) injects faults), has the frequent calls first, and costs no library. */
#ifndef SANDBOX_SECCOMP_H
#define SANDBOX_SECCOMP_H

#include <stdbool.h>

#include "daemon/sandbox.h"

/* False: the kernel has no filters, or this is no architecture whose calls we know. */
bool seccomp_prepare(void);

bool seccomp_enter(enum sandbox_role role, int base, int done);

#endif
