/* test_seccomp: filters made of tables, run by a small interpreter: what each verb lets through,
 * and that for every call the verdict is the table's, for the server's tables as well. */
#include "tap.h"
#include "support.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "daemon/seccomp.h"
#include "daemon/seccomp_rule.h"
#include "server/sandbox_roles.h"

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
		case BPF_JMP | BPF_JA:
			i += f->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			holds = a == f->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			holds = a > f->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			holds = a >= f->k;
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

		if (f->code == (BPF_JMP | BPF_JA))
			wrong += i + 1 + f->k >= program.n;
		else if (BPF_CLASS(f->code) == BPF_JMP)
			wrong += i + 1 + f->jt >= program.n || i + 1 + f->jf >= program.n;
	}
	IS_INT(wrong, 0, "no jump leaves the program");
}

static void test_room(void)
{
	static struct seccomp_rule many[SECCOMP_PROGRAM_MAX];
	const struct seccomp_table too_many = SECCOMP_TABLE(many);

	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct seccomp_rule){.call = (int)i};
	OK(!seccomp_build(&program, &too_many, false), "a table that is too long is refused");
}

/* ---- the verdict of the table, for every call ---- */

#define ARGUMENTS  6
#define VALUES_MAX 48

/* Arguments around those that a table names. */
struct values {
	uint64_t value[VALUES_MAX];
	size_t n;
};

static bool check_holds(const struct seccomp_check *c, const struct seccomp_data *d)
{
	uint32_t argument = (uint32_t)d->args[c->argument];

	switch (c->verb) {
	case IS:
		return argument == c->value;
	case ISNT:
		return argument != c->value;
	case ABOVE:
		return argument > c->value;
	case LACKS:
		return (argument & c->value) == 0;
	default:
		return true;
	}
}

static bool rule_holds(const struct seccomp_rule *r, const struct seccomp_data *d)
{
	for (size_t i = 0; i < SECCOMP_CHECKS_MAX; i++)
		if (!check_holds(&r->check[i], d))
			return false;
	return true;
}

#ifdef WITH_SANITIZERS
#define LENIENT SECCOMP_RET_ALLOW
#else
#define LENIENT ERROR(EPERM)
#endif
#ifdef SANDBOX_TRAP
#define DEATH SECCOMP_RET_TRAP
#else
#define DEATH SECCOMP_RET_KILL_PROCESS
#endif

static uint32_t judged(const struct seccomp_table *own, bool lenient, const struct seccomp_data *d)
{
	const struct seccomp_table *const both[] = {own, &seccomp_common};

	if (d->arch != OURS)
		return SECCOMP_RET_KILL_PROCESS;
	for (size_t t = 0; t < COUNT(both); t++)
		for (size_t i = 0; i < both[t]->n; i++) {
			const struct seccomp_rule *r = &both[t]->rule[i];

			if (r->call == d->nr && rule_holds(r, d))
				return r->refuse ? ERROR(r->refuse) : SECCOMP_RET_ALLOW;
		}
	return d->nr == -1 ? SECCOMP_RET_ALLOW : lenient ? LENIENT : DEATH;
}

static void add_value(struct values *v, uint64_t value)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->value[i] == value)
			return;
	if (v->n == VALUES_MAX)
		support_die("too many values of one argument");
	v->value[v->n++] = value;
}

static void add_values(struct values *v, const struct seccomp_check *c)
{
	add_value(v, c->value);
	add_value(v, c->value - 1);
	add_value(v, c->value + 1);
	add_value(v, ~c->value);
	add_value(v, UINT64_C(0xffffffff00000000) | c->value); /* the high word is ignored */
	add_value(v, UINT32_MAX);
	for (uint32_t bit = 1; c->verb == LACKS && bit; bit <<= 1)
		if (c->value & bit)
			add_value(v, bit);
}

/* Of one call of one architecture: how many arguments give another verdict than the table's. */
static unsigned long wrong_of(
    const struct seccomp_table *own, bool lenient, struct seccomp_data d, unsigned long *looked)
{
	const struct seccomp_table *const both[] = {own, &seccomp_common};
	struct values v[ARGUMENTS];
	size_t at[ARGUMENTS] = {0}, a;
	unsigned long wrong = 0;

	for (a = 0; a < ARGUMENTS; a++)
		v[a] = (struct values){.n = 1};
	for (size_t t = 0; t < COUNT(both); t++)
		for (size_t i = 0; i < both[t]->n; i++)
			for (size_t c = 0; c < SECCOMP_CHECKS_MAX; c++) {
				const struct seccomp_check *k = &both[t]->rule[i].check[c];

				if (both[t]->rule[i].call == d.nr && k->verb != END)
					add_values(&v[k->argument], k);
			}
	do {
		for (a = 0; a < ARGUMENTS; a++)
			d.args[a] = v[a].value[at[a]];
		wrong += verdict(&program, &d) != judged(own, lenient, &d);
		++*looked;
		for (a = 0; a < ARGUMENTS && ++at[a] == v[a].n; a++)
			at[a] = 0;
	} while (a < ARGUMENTS);
	return wrong;
}

#define X32 0x40000000

/* Of all calls, of the program of this table. */
static unsigned long wrong_in(const struct seccomp_table *own, bool lenient, unsigned long *looked)
{
	static const uint32_t architecture[] = {OURS, OTHER};
	unsigned long wrong = 0;

	for (size_t i = 0; i < COUNT(architecture); i++) {
		struct seccomp_data d = {.arch = architecture[i]};

		for (d.nr = 0; d.nr < 1024; d.nr++)
			wrong += wrong_of(own, lenient, d, looked);
		for (d.nr = X32; d.nr < X32 + 1024; d.nr++)
			wrong += wrong_of(own, lenient, d, looked);
		for (d.nr = -1024; d.nr < 0; d.nr++)
			wrong += wrong_of(own, lenient, d, looked);
		for (unsigned fd = 0; fd < SECCOMP_FDS_MAX; fd++) {
			d.nr = (int)SECCOMP_FD(fd);
			wrong += wrong_of(own, lenient, d, looked);
		}
	}
	return wrong;
}

static void test_every_call(const char *name, const struct seccomp_table *own, bool lenient)
{
	unsigned long looked = 0;

	OK(seccomp_build(&program, own, lenient), "%s: a program", name);
	IS_INT(wrong_in(own, lenient, &looked), 0,
	    "%s: no call has another verdict than the table's", name);
	OK(looked > 6144, "%s: %lu calls and arguments", name, looked);
	test_jumps();
}

static void test_roles(void)
{
	static const struct {
		const char *name;
		const struct sandbox_role *role;
	} all[] = {{"master", &role_master}, {"session", &role_session}, {"doorman", &role_doorman},
	    {"keeper", &role_keeper}, {"repair", &role_repair}, {"compiler", &role_compiler}};

	for (size_t i = 0; i < COUNT(all); i++)
		test_every_call(all[i].name, &all[i].role->calls, all[i].role->lenient);
}

/* Programs in which conditional jumps, which lead over 255 instructions at most, are too short: of
 * tables of every length, so that there are jumps of every length. */
static void test_long(void)
{
	static struct seccomp_rule rule[100];
	struct seccomp_table longer = {rule, 0};
	unsigned long wrong = 0, looked = 0;
	unsigned far = 0;

	for (size_t i = 0; i < COUNT(rule); i++)
		rule[i] = (struct seccomp_rule){.call = 900 - 2 * (int)i,
		    .refuse = (uint32_t)i % 3,
		    .check = {{i % 7 ? IS : END, (unsigned)i % ARGUMENTS, (uint32_t)(1000 + i)}}};
	while (longer.n++ < COUNT(rule)) {
		wrong += !seccomp_build(&program, &longer, false);
		wrong += wrong_in(&longer, false, &looked);
		for (unsigned i = 0; i < program.n; i++)
			far += program.insn[i].code == (BPF_JMP | BPF_JA);
	}
	IS_INT(wrong, 0, "tables of 1 to 100 more rules: no verdict is another than the table's");
	OK(far > 0, "%u jumps lead further than a conditional one can", far);
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
	test_every_call("these rules", &table, false);
	test_every_call("these rules, lenient", &table, true);
	test_roles();
	test_long();
	test_room();
	return tap_done();
}
