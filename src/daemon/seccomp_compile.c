/* seccomp_compile: see seccomp_compile.h.
 *
 * The program, in this order: the architecture; a tree that halves the numbers; at its leaves a few
 * numbers one after the other; what is looked at in the arguments of a call; verdicts. Jumps only
 * lead forward, so it is made from its end, and where a jump leads is there already. */
#include "daemon/seccomp_compile.h"

#include <linux/seccomp.h>
#include <string.h>

#include "daemon/seccomp_rule.h"

/* Numbers compared at a leaf of the tree: with fewer the program is longer, with more it takes
 * longer to find a number. */
#define LEAF_MAX 8

/* How far a conditional jump leads at most, less one for the other way's longer jump, which may be
 * put between. */
#define JUMP_MAX (UINT8_MAX - 1)

/* A place in the program: how many instructions there are behind it. */
typedef unsigned place;

struct call {
	uint32_t number;
	place at; /* where its arguments are looked at, or its verdict */
};

struct compiler {
	struct seccomp_program *p; /* its instructions stand at the end of insn[] */
	const struct seccomp_table *const *table;
	size_t tables;
	struct call call[SECCOMP_PROGRAM_MAX]; /* sorted by number */
	size_t calls;
	place otherwise;
};

static place put(struct compiler *c, struct sock_filter insn)
{
	struct seccomp_program *p = c->p;

	if (p->n == SECCOMP_PROGRAM_MAX) {
		p->overflow = true;
		return 0;
	}
	p->insn[SECCOMP_PROGRAM_MAX - 1 - p->n] = insn;
	return p->n++;
}

static place put_load(struct compiler *c, size_t offset)
{
	return put(c, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* How many instructions one that is put now has to jump over to get there. */
static unsigned distance(const struct compiler *c, place to)
{
	return c->p->n - to - 1;
}

/* `to`, or a jump to it that is near enough. */
static place reach(struct compiler *c, place to)
{
	if (distance(c, to) <= JUMP_MAX)
		return to;
	return put(c, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, distance(c, to)));
}

static place put_jump(struct compiler *c, uint16_t compare, uint32_t value, place yes, place no)
{
	yes = reach(c, yes);
	no = reach(c, no);
	return put(c, (struct sock_filter)BPF_JUMP(BPF_JMP | compare | BPF_K, value,
			  (uint8_t)distance(c, yes), (uint8_t)distance(c, no)));
}

/* A verdict that is near is used again. */
static place verdict(struct compiler *c, uint32_t what)
{
	for (place at = c->p->n; at-- > 0 && distance(c, at) <= JUMP_MAX;) {
		const struct sock_filter *f = &c->p->insn[SECCOMP_PROGRAM_MAX - 1 - at];

		if (f->code == (BPF_RET | BPF_K) && f->k == what)
			return at;
	}
	return put(c, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

/* ---- the arguments of a call ---- */

static unsigned checks_of(const struct seccomp_rule *r)
{
	unsigned n = 0;

	while (n < SECCOMP_CHECKS_MAX && r->check[n].verb != END)
		n++;
	return n;
}

static place put_check(struct compiler *c, const struct seccomp_check *check, place yes, place no)
{
	switch (check->verb) {
	case IS:
		return put_jump(c, BPF_JEQ, check->value, yes, no);
	case ISNT:
		return put_jump(c, BPF_JEQ, check->value, no, yes);
	case ABOVE:
		return put_jump(c, BPF_JGT, check->value, yes, no);
	default:
		return put_jump(c, BPF_JSET, check->value, no, yes);
	}
}

/* Where the rule is followed; `next` is where it goes on if the rule does not hold. */
static place put_rule(struct compiler *c, const struct seccomp_rule *r, place next)
{
	place at = verdict(c, r->refuse ? SECCOMP_RET_ERRNO | r->refuse : SECCOMP_RET_ALLOW);

	for (unsigned i = checks_of(r); i-- > 0;) {
		const struct seccomp_check *check = &r->check[i];

		at = put_check(c, check, at, next);
		if (i > 0 && r->check[i - 1].argument == check->argument)
			continue; /* it is loaded already */
		/* the low word: the three architectures are little-endian */
		at = put_load(
		    c, offsetof(struct seccomp_data, args) + sizeof(uint64_t) * check->argument);
	}
	return at;
}

/* The i-th rule of all tables, NULL behind the last. */
static const struct seccomp_rule *rule_at(const struct compiler *c, size_t i)
{
	for (size_t t = 0; t < c->tables; i -= c->table[t++]->n)
		if (i < c->table[t]->n)
			return &c->table[t]->rule[i];
	return NULL;
}

/* Where the rules of a call are followed, one after the other. */
static place put_rules(struct compiler *c, uint32_t number)
{
	const struct seccomp_rule *r;
	place at = c->otherwise;
	size_t i = 0;

	/* those behind one that always holds are never reached */
	while ((r = rule_at(c, i)) && !((uint32_t)r->call == number && checks_of(r) == 0))
		i++;
	if (r)
		at = put_rule(c, r, at);
	while (i > 0 && (r = rule_at(c, --i)))
		if ((uint32_t)r->call == number)
			at = put_rule(c, r, at);
	return at;
}

/* ---- the numbers ---- */

/* Keeps them sorted. False: there are too many. */
static bool add_call(struct compiler *c, uint32_t number)
{
	size_t i = c->calls;

	while (i > 0 && c->call[i - 1].number > number)
		i--;
	if (i > 0 && c->call[i - 1].number == number)
		return true;
	if (c->calls == SECCOMP_PROGRAM_MAX)
		return false;
	memmove(&c->call[i + 1], &c->call[i], (c->calls++ - i) * sizeof(*c->call));
	c->call[i].number = number;
	return true;
}

static bool find_calls(struct compiler *c)
{
	const struct seccomp_rule *r;

	for (size_t i = 0; (r = rule_at(c, i)); i++)
		if (!add_call(c, (uint32_t)r->call))
			return false;
	/* no call at all: strace(1) has put it there to inject an error */
	return add_call(c, UINT32_MAX);
}

/* Where the calls from `first` up to, but not including `end` are told apart. */
static place put_tree(struct compiler *c, size_t first, size_t end)
{
	size_t middle = first + (end - first) / 2;
	place at = c->otherwise;

	if (end - first > LEAF_MAX) {
		place high = put_tree(c, middle, end);
		place low = put_tree(c, first, middle);

		return put_jump(c, BPF_JGE, c->call[middle].number, high, low);
	}
	for (size_t i = end; i-- > first;)
		at = put_jump(c, BPF_JEQ, c->call[i].number, c->call[i].at, at);
	return at;
}

bool seccomp_compile(struct seccomp_program *p, const struct seccomp_table *const *table, size_t n,
    uint32_t architecture, uint32_t otherwise)
{
	struct compiler c = {.p = p, .table = table, .tables = n};
	place at;

	p->n = 0;
	p->overflow = !find_calls(&c);
	c.otherwise = verdict(&c, otherwise);
	for (size_t i = c.calls; i-- > 0;)
		c.call[i].at = c.call[i].number == UINT32_MAX ? verdict(&c, SECCOMP_RET_ALLOW)
							      : put_rules(&c, c.call[i].number);
	put_tree(&c, 0, c.calls);
	at = put_load(&c, offsetof(struct seccomp_data, nr));
	put_jump(&c, BPF_JEQ, architecture, at, verdict(&c, SECCOMP_RET_KILL_PROCESS));
	put_load(&c, offsetof(struct seccomp_data, arch));
	memmove(p->insn, &p->insn[SECCOMP_PROGRAM_MAX - p->n], p->n * sizeof(*p->insn));
	return !p->overflow;
}
