/* program: see program.h. */
#include "filter/program.h"

#include <pcap/pcap.h>

_Static_assert(sizeof(struct filter_step) == sizeof(struct bpf_insn), "an instruction");

/* bpf_filter() aborts on any other, and bpf_validate() lets some of them pass. */
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

bool filter_is_sound(const struct filter_step *step, size_t n)
{
	if (n > FILTER_STEPS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_instruction(step[i].code))
			return false;
	return bpf_validate((const struct bpf_insn *)step, (int)n);
}

bool filter_run(
    const struct filter_step *step, const uint8_t *packet, uint32_t caplen, uint32_t original)
{
	return bpf_filter((const struct bpf_insn *)step, packet, original, caplen) != 0;
}
