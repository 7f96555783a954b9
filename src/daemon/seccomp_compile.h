/* seccomp_compile: tables of allowed system calls, made into a filter program.
 *
 * For each process that enters the program the kernel checks it, translates it, and runs it once
 * for each number of a system call to find those that are always allowed: this is most of what a
 * filter costs a short process, and it grows with the number of instructions and with how many of
 * them are run for a number. So the numbers are searched as a tree, each stands in one comparison,
 * and verdicts are shared. Refuses to know a system call or a role, and makes no system call. */
#ifndef DAEMON_SECCOMP_COMPILE_H
#define DAEMON_SECCOMP_COMPILE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seccomp_table;

#define SECCOMP_PROGRAM_MAX 512 /* instructions; the longest table takes about 150 */

struct seccomp_program {
	struct sock_filter insn[SECCOMP_PROGRAM_MAX];
	unsigned short n;
	bool overflow;
};

/* The tables as if they were one, in their order. Calls of another architecture (AUDIT_ARCH_*) end
 * the process; `otherwise` is the verdict (SECCOMP_RET_*) on calls for which no rule holds. Call
 * UINT32_MAX, which is none, is allowed. False: the program would be too long. */
bool seccomp_compile(struct seccomp_program *p, const struct seccomp_table *const *table, size_t n,
    uint32_t architecture, uint32_t otherwise);

#endif
