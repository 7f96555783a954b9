/* deny: runs a program for which one system call fails, as under the seccomp profile of an old
 * container.
 *
 * usage: deny CALL EPERM|ENOSYS PROGRAM [ARGUMENT…]
 *
 * CALL is a number, or one of the names below. All processes that the program starts have the
 * filter, too. Old profiles answer EPERM to what they do not know, others ENOSYS, as a kernel does.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, __NR_##name                                                                 \
	}

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
    CALL(linkat),
    CALL(renameat2),
    CALL(getrandom),
    CALL(statx),
    CALL(rseq),
    CALL(clone3),
    CALL(faccessat2),
    CALL(close_range),
    CALL(landlock_create_ruleset),
    CALL(landlock_add_rule),
    CALL(landlock_restrict_self),
};

static unsigned number_of(const char *call)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcmp(call, calls[i].name) == 0)
			return calls[i].number;
	return (unsigned)strtoul(call, NULL, 0);
}

int main(int argc, char **argv)
{
	unsigned error = argc > 2 && strcmp(argv[2], "ENOSYS") == 0 ? ENOSYS : EPERM;
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argc > 1 ? number_of(argv[1]) : 0, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};

	if (argc < 4 || filter[1].k == 0) {
		fputs("usage: deny CALL EPERM|ENOSYS PROGRAM [ARGUMENT…]\n", stderr);
		return 2;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0) {
		perror("deny");
		return 77;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 1;
}
