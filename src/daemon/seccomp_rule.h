/* seccomp_rule: the words in which a table of allowed system calls is written; for tables only.
 *
 * A rule names one call. With checks it holds when all of them do; the first rule of a call that
 * holds decides. An argument is compared by its low 32 bits: all that is compared here is an int, a
 * mode or flags in the kernel, too. */
#ifndef DAEMON_SECCOMP_RULE_H
#define DAEMON_SECCOMP_RULE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define SECCOMP_CHECKS_MAX 4

/* As a value: the i-th descriptor given to seccomp_enter(). */
#define SECCOMP_FD(i)   (0x7ffffff0u + (i))
#define SECCOMP_FDS_MAX 5

enum seccomp_verb {
	END,
	IS,    /* the argument is the value */
	ISNT,  /* it is not */
	ABOVE, /* it is larger, unsigned */
	LACKS, /* it has none of the value's bits */
};

struct seccomp_check {
	enum seccomp_verb verb;
	unsigned argument; /* from 0 */
	uint32_t value;
};

struct seccomp_rule {
	int call;
	uint32_t refuse; /* errno that the call fails with; 0: allow it */
	struct seccomp_check check[SECCOMP_CHECKS_MAX];
};

struct seccomp_table {
	const struct seccomp_rule *rule;
	size_t n;
};

#define SECCOMP_TABLE(rules)                                                                       \
	{                                                                                          \
		(rules), sizeof(rules) / sizeof(*(rules))                                          \
	}

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

#endif
