/* program: see program.h. */
#include "filter/program.h"

#include <linux/filter.h>

static bool is_instruction(uint16_t code)
{
	switch (code) {
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_H | BPF_ABS:
	case BPF_LD | BPF_B | BPF_ABS:
	case BPF_LD | BPF_W | BPF_IND:
	case BPF_LD | BPF_H | BPF_IND:
	case BPF_LD | BPF_B | BPF_IND:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_MSH | BPF_B:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_JMP | BPF_JA:
	case BPF_ALU | BPF_NEG:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
		return true;
	default:
		break;
	}
	switch (code & ~BPF_X) { /* these take a constant or X */
	case BPF_JMP | BPF_JEQ:
	case BPF_JMP | BPF_JGT:
	case BPF_JMP | BPF_JGE:
	case BPF_JMP | BPF_JSET:
	case BPF_ALU | BPF_ADD:
	case BPF_ALU | BPF_SUB:
	case BPF_ALU | BPF_MUL:
	case BPF_ALU | BPF_DIV:
	case BPF_ALU | BPF_MOD:
	case BPF_ALU | BPF_AND:
	case BPF_ALU | BPF_OR:
	case BPF_ALU | BPF_XOR:
	case BPF_ALU | BPF_LSH:
	case BPF_ALU | BPF_RSH:
		return true;
	default:
		return false;
	}
}

/* An instruction at which so many others follow. */
static bool is_sound(const struct filter_step *s, size_t follow)
{
	if (!is_instruction(s->code))
		return false;
	switch (BPF_CLASS(s->code)) {
	case BPF_LD:
	case BPF_LDX:
		return BPF_MODE(s->code) != BPF_MEM || s->k < BPF_MEMWORDS;
	case BPF_ST:
	case BPF_STX:
		return s->k < BPF_MEMWORDS;
	case BPF_ALU:
		return BPF_SRC(s->code) == BPF_X || s->k != 0 ||
		       (BPF_OP(s->code) != BPF_DIV && BPF_OP(s->code) != BPF_MOD);
	case BPF_JMP: /* forward alone: so it ends */
		return BPF_OP(s->code) == BPF_JA ? s->k < follow
						 : s->true_jump < follow && s->false_jump < follow;
	default:
		return true;
	}
}

bool filter_is_sound(const struct filter_step *step, size_t n)
{
	if (n == 0 || n > FILTER_STEPS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_sound(&step[i], n - i - 1))
			return false;
	return BPF_CLASS(step[n - 1].code) == BPF_RET;
}
