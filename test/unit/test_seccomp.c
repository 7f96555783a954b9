/* test_seccomp: filters made of tables, run by a small interpreter: what each verb lets through. */
#include "tap.h"
#include "support.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "daemon/seccomp.h"
#include "daemon/seccomp_rule.h"

#if defined(__x86_64__)
#define OURS  AUDIT_ARCH_X86_64
#define OTHER AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define OURS  AUDIT_ARCH_AARCH64
#define OTHER AUDIT_ARCH_ARM
#else
#define OURS  AUDIT_ARCH_RISCV64
#define OTHER AUDIT_ARCH_RISCV32
#endif

static const struct seccomp_rule rules[] = {
    ALLOW(accept4),
    WHEN(fchmod, {ISNT, 0, 7}, {ABOVE, 0, 2}, {LACKS, 1, 06000}),
    WHEN(unlinkat, {IS, 0, SECCOMP_FD(1)}, {IS, 2, 0}),
    ERRNO_WHEN(unlinkat, 13, {IS, 2, 0}),
    ERRNO(ptrace, 38),
};
static const struct seccomp_table table = SECCOMP_TABLE(rules);

/* The verdict of the program on a call; the few instructions that it is made of. */
static uint32_t verdict(const struct seccomp_program *p, const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (unsigned i = 0; i < p->n; i++) {
		const struct sock_filter *f = &p->insn[i];
		bool holds;

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const uint8_t *)d + f->k, 4);
			continue;
		case BPF_RET | BPF_K:
			return f->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			holds = a == f->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			holds = a > f->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			holds = (a & f->k) != 0;
			break;
		default:
			OK(false, "instruction %u is known", i);
			return 0;
		}
		i += holds ? f->jt : f->jf;
	}
	OK(false, "the program returns");
	return 0;
}

static struct seccomp_program program;

static uint32_t call(int nr, uint64_t a, uint64_t b, uint64_t c)
{
	struct seccomp_data d = {.nr = nr, .arch = OURS, .args = {a, b, c}};

	return verdict(&program, &d);
}

#define ERROR(e) (SECCOMP_RET_ERRNO | (e))

static void test_verbs(void)
{
	IS_INT(call(__NR_accept4, 1, 2, 3), SECCOMP_RET_ALLOW, "allowed with any arguments");
	IS_INT(call(__NR_getpid, 0, 0, 0), SECCOMP_RET_ALLOW, "what every process needs, too");
	IS_INT(call(__NR_execve, 0, 0, 0), SECCOMP_RET_KILL_PROCESS, "not in the table");
	IS_INT(call(__NR_ptrace, 0, 0, 0), ERROR(38), "an error instead");
	IS_INT(call(-1, 0, 0, 0), SECCOMP_RET_ALLOW, "no call at all");
	IS_INT(call(__NR_fchmod, 5, 0644, 0), SECCOMP_RET_ALLOW, "all checks hold");
	IS_INT(call(__NR_fchmod, 7, 0644, 0), SECCOMP_RET_KILL_PROCESS, "not of that number");
	IS_INT(call(__NR_fchmod, 2, 0644, 0), SECCOMP_RET_KILL_PROCESS, "not of a lower one");
	IS_INT(call(__NR_fchmod, 3, 0644, 0), SECCOMP_RET_ALLOW, "the next one is above");
	IS_INT(call(__NR_fchmod, 5, 04644, 0), SECCOMP_RET_KILL_PROCESS, "not with the first bit");
	IS_INT(call(__NR_fchmod, 5, 02644, 0), SECCOMP_RET_KILL_PROCESS, "nor with the second");
	IS_INT(
	    call(__NR_unlinkat, SECCOMP_FD(1), 0, 0), SECCOMP_RET_ALLOW, "the first rule decides");
	IS_INT(call(__NR_unlinkat, 5, 0, 0), ERROR(13), "then the next");
	IS_INT(call(__NR_unlinkat, 5, 0, 0x200), SECCOMP_RET_KILL_PROCESS, "then the end");
	IS_INT(call(__NR_mmap, 0, 4096, 3), SECCOMP_RET_ALLOW, "memory");
	IS_INT(call(__NR_mmap, 0, 4096, 7), SECCOMP_RET_KILL_PROCESS, "none that runs");
	IS_INT(call(__NR_mprotect, 0, 4096, 4), SECCOMP_RET_KILL_PROCESS, "nor is made to");
}

static void test_architecture(void)
{
	struct seccomp_data d = {.nr = __NR_accept4, .arch = OTHER};

	IS_INT(verdict(&program, &d), SECCOMP_RET_KILL_PROCESS,
	    "the numbers of another architecture are other calls");
}

static void test_lenient(void)
{
	OK(seccomp_build(&program, &table, true), "a lenient one");
	IS_INT(call(__NR_execve, 0, 0, 0), ERROR(1), "not in the table: an error");
	IS_INT(call(__NR_accept4, 0, 0, 0), SECCOMP_RET_ALLOW, "in the table");
	test_architecture();
}

/* Every jump ends within the program. */
static void test_jumps(void)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < program.n; i++) {
		const struct sock_filter *f = &program.insn[i];

		if (BPF_CLASS(f->code) == BPF_JMP)
			wrong += i + 1 + f->jt >= program.n || i + 1 + f->jf >= program.n;
	}
	IS_INT(wrong, 0, "no jump leaves the program");
}

static void test_room(void)
{
	static struct seccomp_rule many[SECCOMP_PROGRAM_MAX];
	const struct seccomp_table too_many = SECCOMP_TABLE(many);

	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct seccomp_rule)ALLOW(accept4);
	OK(!seccomp_build(&program, &too_many, false), "a table that is too long is refused");
}

#ifdef WITH_SANITIZERS
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

int main(void)
{
	OK(seccomp_build(&program, &table, false), "a program");
	if (sanitized) {
		OK(true, "verdicts # skip: with sanitizers more is allowed");
	} else {
		test_verbs();
		test_architecture();
		test_jumps();
		test_lenient();
	}
	test_room();
	return tap_done();
}
