/* test_program: instructions are run as libpcap runs them, whatever they are and whatever the
 * packet; those that cannot be run are found. */
#include "tap.h"
#include "support.h"

#include <pcap/pcap.h>

#include "filter/program.h"

#define WORDS  BPF_MEMWORDS
#define STEPS  34
#define PACKET 64

static uint32_t below(size_t n)
{
	return (uint32_t)random_below(n);
}

static const uint16_t loads[] = {BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_H | BPF_ABS,
    BPF_LD | BPF_B | BPF_ABS, BPF_LD | BPF_W | BPF_IND, BPF_LD | BPF_H | BPF_IND,
    BPF_LD | BPF_B | BPF_IND, BPF_LD | BPF_W | BPF_LEN, BPF_LDX | BPF_W | BPF_LEN,
    BPF_LDX | BPF_MSH | BPF_B, BPF_LD | BPF_IMM, BPF_LDX | BPF_IMM};
static const uint16_t words[] = {BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM, BPF_ST, BPF_STX};
static const uint16_t operations[] = {
    BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_MOD, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH};
static const uint16_t comparisons[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};

/* Numbers at which something changes, and any. */
static uint32_t number(void)
{
	static const uint32_t some[] = {0, 1, 2, 3, 31, 32, PACKET - 4, PACKET - 2, PACKET - 1,
	    PACKET, PACKET + 1, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff};

	return below(2) ? some[below(COUNT(some))] : below(1u << 24) << below(9);
}

/* Of every kind, with `follow` behind it. */
static struct filter_step any(uint32_t follow)
{
	struct filter_step s = {.k = number()};
	uint16_t src = below(2) ? BPF_X : BPF_K;

	switch (below(6)) {
	case 0:
		s.code = loads[below(COUNT(loads))];
		if (below(4)) /* most are in the packet: the program goes on */
			s.k = below(PACKET / 2);
		break;
	case 1:
		s.code = words[below(COUNT(words))];
		s.k = below(WORDS);
		break;
	case 2:
		s.code = (uint16_t)(BPF_ALU | src | operations[below(COUNT(operations))]);
		if (src == BPF_K && (BPF_OP(s.code) == BPF_LSH || BPF_OP(s.code) == BPF_RSH))
			s.k %= 32; /* more is undefined there */
		if (src == BPF_K && s.k == 0)
			s.k = 7;
		break;
	case 3:
		s.code = (uint16_t)(BPF_JMP | src | comparisons[below(COUNT(comparisons))]);
		s.true_jump = (uint8_t)below(follow < 5 ? follow : 5);
		s.false_jump = (uint8_t)below(follow < 5 ? follow : 5);
		break;
	case 4:
		s.code = BPF_JMP | BPF_JA;
		s.k = below(follow < 5 ? follow : 5);
		break;
	default:
		s.code = below(3) == 0 ? BPF_ALU | BPF_NEG
			 : below(2)    ? BPF_MISC | BPF_TAX
				       : BPF_MISC | BPF_TXA;
	}
	return s;
}

/* Each word is stored first: there it is undefined, here 0. The end tells of all of A, which most
 * programs would leave different from 0: of one bit of it. */
static void make(struct filter_step step[STEPS])
{
	uint32_t i = 0;

	for (; i < WORDS; i++)
		step[i] = (struct filter_step){.code = BPF_ST, .k = i};
	for (; i < STEPS - 3; i++)
		step[i] = any(STEPS - 1 - i);
	step[i++] = (struct filter_step){.code = BPF_ALU | BPF_MUL | BPF_K, .k = 0x9e3779b1};
	step[i++] = (struct filter_step){.code = BPF_ALU | BPF_AND | BPF_K, .k = 1u << 31};
	step[i] = (struct filter_step){.code = BPF_RET | BPF_A};
}

static bool as_libpcap(
    const struct filter_step *step, const uint8_t *packet, uint32_t caplen, uint32_t original)
{
	return bpf_filter((const struct bpf_insn *)(const void *)step, packet, original, caplen);
}

static void test_random(void)
{
	struct filter_step step[STEPS];
	unsigned matched = 0, programs = 20000, different = 0, unsound = 0;

	for (unsigned i = 0; i < programs; i++) {
		make(step);
		unsound += !filter_is_sound(step, STEPS);
		for (unsigned j = 0; j < 8; j++) {
			uint32_t caplen = below(3) ? PACKET : below(PACKET);
			uint32_t original = below(2) ? caplen : number();
			uint8_t *packet = malloc(caplen + 1); /* nothing is read behind it */
			bool matches;

			for (uint32_t k = 0; k < caplen; k++)
				packet[k] = (uint8_t)below(below(2) ? 4 : 256);
			matches = filter_run(step, packet, caplen, original);
			matched += matches;
			different += matches != as_libpcap(step, packet, caplen, original);
			free(packet);
		}
	}
	IS_INT(unsound, 0, "programs are sound");
	IS_INT(different, 0, "packets are judged as libpcap judges them");
	OK(matched > programs && matched < 7 * programs, "%u of %u match", matched, 8 * programs);
}

/* One instruction, and what it leaves in A, or X, by all bits of it. */
static void test_each(void)
{
	static const uint8_t packet[9] = {0x45, 0xf1, 0x02, 0x83, 0x04, 0xff, 0x06, 0x07, 0x98};
	unsigned different = 0, runs = 0;
	struct filter_step step[] = {{.code = BPF_LDX | BPF_IMM}, {.code = BPF_LD | BPF_IMM},
	    {0},                                                    /* the instruction */
	    {.code = BPF_JMP | BPF_JA}, {.code = BPF_JMP | BPF_JA}, /* or X is looked at */
	    {.code = BPF_ALU | BPF_AND | BPF_K}, {.code = BPF_RET | BPF_A}};

	for (unsigned code = 0; code < 0x100; code++)
		for (unsigned i = 0; i < 600; i++) {
			uint32_t caplen = below(10);

			step[0].k = below(3) ? below(12) : number();
			step[1].k = below(3) ? below(12) : number();
			step[2] = (struct filter_step){.code = (uint16_t)code,
			    .true_jump = (uint8_t)below(4),
			    .false_jump = (uint8_t)below(4),
			    .k = below(3) ? below(12) : number()};
			if (BPF_CLASS(code) == BPF_LD || BPF_CLASS(code) == BPF_LDX)
				if (BPF_MODE(code) == BPF_MEM)
					continue;
			if (BPF_CLASS(code) == BPF_ALU && BPF_SRC(code) == BPF_K && step[2].k > 31)
				continue;
			step[3].code = (uint16_t)(i % 2 ? BPF_MISC | BPF_TXA : BPF_JMP | BPF_JA);
			step[5].k = 1u << below(32);
			if (!filter_is_sound(step, COUNT(step)))
				continue;
			runs++;
			different += filter_run(step, packet, caplen, 1500) !=
				     as_libpcap(step, packet, caplen, 1500);
		}
	IS_INT(different, 0, "each instruction by itself does what it does there");
	OK(runs > 20000, "%u runs", runs);
}

static void test_unsound(void)
{
	const struct filter_step end = {.code = BPF_RET | BPF_K};
	struct filter_step s[] = {{.code = BPF_LD | BPF_MEM, .k = WORDS},
	    {.code = BPF_LDX | BPF_MEM, .k = WORDS}, {.code = BPF_ST, .k = WORDS},
	    {.code = BPF_STX, .k = 0xffffffff}, {.code = BPF_ALU | BPF_DIV | BPF_K},
	    {.code = BPF_ALU | BPF_MOD | BPF_K}, {.code = BPF_JMP | BPF_JA, .k = 1},
	    {.code = BPF_JMP | BPF_JA, .k = 0xffffffff},
	    {.code = BPF_JMP | BPF_JEQ, .true_jump = 1},
	    {.code = BPF_JMP | BPF_JEQ | BPF_X, .false_jump = 1}, {.code = BPF_RET | BPF_X},
	    {.code = BPF_LD | BPF_MSH}, {.code = 0x100 | BPF_RET}, {.code = BPF_ALU | 0xb0},
	    {.code = BPF_LDX | BPF_IND}};
	struct filter_step two[2] = {{0}, end};

	for (size_t i = 0; i < COUNT(s); i++) {
		two[0] = s[i];
		OK(!filter_is_sound(two, 2), "code %#x, k %#x, then the end", s[i].code, s[i].k);
	}
	two[0] = end;
	OK(filter_is_sound(two, 2), "two ends");
	OK(!filter_is_sound(two, 0), "no instruction");
	two[1] = (struct filter_step){.code = BPF_LD | BPF_IMM};
	OK(!filter_is_sound(two, 2), "no end");
}

/* There it is undefined. */
static void test_words(void)
{
	struct filter_step s[] = {{.code = BPF_LD | BPF_IMM, .k = 7}, {.code = BPF_JMP | BPF_JA},
	    {.code = BPF_LD | BPF_MEM, .k = 1}, {.code = BPF_RET | BPF_A}};

	OK(!filter_run(s, NULL, 0, 0), "a word that was not stored is 0");
	s[1] = (struct filter_step){.code = BPF_ST, .k = 0};
	OK(!filter_run(s, NULL, 0, 0), "also beside one that was");
	s[1].k = 1;
	OK(filter_run(s, NULL, 0, 0), "stored it is what it was");
}

int main(void)
{
	test_random();
	test_each();
	test_words();
	test_unsound();
	return tap_done();
}
