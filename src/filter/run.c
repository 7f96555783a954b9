/* run: see filter_run() of program.h.
 *
 * A case for each instruction that is frequent: with less to decide for each step it is as fast as
 * libpcap's. */
#include <linux/filter.h>
#include <string.h>

#include "base/bytes.h"
#include "filter/program.h"

/* configure may have the compiler clear every variable. */
#if defined(__has_attribute) && __has_attribute(uninitialized)
#define UNINITIALIZED __attribute__((uninitialized))
#else
#define UNINITIALIZED
#endif

/* Whether size bytes lie at k behind x in the packet; the sum could wrap. */
static inline bool has(uint32_t caplen, uint32_t x, uint32_t k, uint32_t size)
{
	return k <= caplen && x <= caplen - k && size <= caplen - k - x;
}

/* BPF_ALU: *a becomes what comes of it. False: nothing can be divided by 0. */
static inline bool calculate(uint16_t code, uint32_t *a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		*a += b;
		return true;
	case BPF_SUB:
		*a -= b;
		return true;
	case BPF_MUL:
		*a *= b;
		return true;
	case BPF_AND:
		*a &= b;
		return true;
	case BPF_OR:
		*a |= b;
		return true;
	case BPF_XOR:
		*a ^= b;
		return true;
	case BPF_DIV:
		*a = b ? *a / b : 0;
		return b;
	case BPF_MOD:
		*a = b ? *a % b : 0;
		return b;
	case BPF_LSH:
		*a = b < 32 ? *a << b : 0;
		return true;
	case BPF_RSH:
		*a = b < 32 ? *a >> b : 0;
		return true;
	default: /* BPF_NEG */
		*a = 0u - *a;
		return true;
	}
}

/* Words are not cleared for every packet, but with the first that is stored. */
static inline void store(uint32_t words[BPF_MEMWORDS], bool *stored, uint32_t k, uint32_t number)
{
	if (!*stored)
		memset(words, 0, BPF_MEMWORDS * sizeof(*words));
	*stored = true;
	words[k] = number;
}

bool filter_run(
    const struct filter_step *step, const uint8_t *packet, uint32_t caplen, uint32_t original)
{
	uint32_t a = 0, x = 0, words[BPF_MEMWORDS] UNINITIALIZED;
	bool stored = false;

	for (const struct filter_step *s = step;; s++) {
		const uint32_t k = s->k;

		switch (s->code) {
		case BPF_RET | BPF_K:
			return k != 0;
		case BPF_RET | BPF_A:
			return a != 0;

		/* A packet that is too short for a load does not match. */
		case BPF_LD | BPF_W | BPF_ABS:
			if (!has(caplen, 0, k, 4))
				return false;
			a = bytes_load32(packet + k, true);
			break;
		case BPF_LD | BPF_H | BPF_ABS:
			if (!has(caplen, 0, k, 2))
				return false;
			a = bytes_load16(packet + k, true);
			break;
		case BPF_LD | BPF_B | BPF_ABS:
			if (!has(caplen, 0, k, 1))
				return false;
			a = packet[k];
			break;
		case BPF_LD | BPF_W | BPF_IND:
			if (!has(caplen, x, k, 4))
				return false;
			a = bytes_load32(packet + k + x, true);
			break;
		case BPF_LD | BPF_H | BPF_IND:
			if (!has(caplen, x, k, 2))
				return false;
			a = bytes_load16(packet + k + x, true);
			break;
		case BPF_LD | BPF_B | BPF_IND:
			if (!has(caplen, x, k, 1))
				return false;
			a = packet[k + x];
			break;
		case BPF_LDX | BPF_MSH | BPF_B: /* an IPv4 header's length, of its first byte */
			if (!has(caplen, 0, k, 1))
				return false;
			x = (packet[k] & 0xfu) << 2;
			break;
		case BPF_LD | BPF_W | BPF_LEN:
			a = original;
			break;
		case BPF_LDX | BPF_W | BPF_LEN:
			x = original;
			break;
		case BPF_LD | BPF_IMM:
			a = k;
			break;
		case BPF_LDX | BPF_IMM:
			x = k;
			break;
		case BPF_LD | BPF_MEM:
			a = stored ? words[k] : 0;
			break;
		case BPF_LDX | BPF_MEM:
			x = stored ? words[k] : 0;
			break;
		case BPF_ST:
			store(words, &stored, k, a);
			break;
		case BPF_STX:
			store(words, &stored, k, x);
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_MISC | BPF_TXA:
			a = x;
			break;

		case BPF_JMP | BPF_JA:
			s += k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			s += a == k ? s->true_jump : s->false_jump;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			s += a > k ? s->true_jump : s->false_jump;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			s += a >= k ? s->true_jump : s->false_jump;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			s += (a & k) ? s->true_jump : s->false_jump;
			break;
		case BPF_JMP | BPF_JEQ | BPF_X:
			s += a == x ? s->true_jump : s->false_jump;
			break;
		case BPF_JMP | BPF_JGT | BPF_X:
			s += a > x ? s->true_jump : s->false_jump;
			break;
		case BPF_JMP | BPF_JGE | BPF_X:
			s += a >= x ? s->true_jump : s->false_jump;
			break;
		case BPF_JMP | BPF_JSET | BPF_X:
			s += (a & x) ? s->true_jump : s->false_jump;
			break;

		default: /* BPF_ALU */
			if (!calculate(s->code, &a, BPF_SRC(s->code) == BPF_X ? x : k))
				return false;
		}
	}
}
