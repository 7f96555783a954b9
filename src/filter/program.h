/* program: a compiled filter, run over a packet.
 *
 * What libpcap has made of an expression for one link type: instructions of the classic Berkeley
 * packet filter, which read the packet, and decide. They are run here, so that who only runs them
 * needs no libpcap. Refuses to compile (compile does). Pure. */
#ifndef FILTER_PROGRAM_H
#define FILTER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As libpcap has it: struct bpf_insn; and Linux: struct sock_filter. */
struct filter_step {
	uint16_t code;
	uint8_t true_jump, false_jump;
	uint32_t k;
};

/* The longest program that is handed on. */
#define FILTER_STEPS_MAX 16384u

struct filter_program {
	struct filter_step *step; /* allocated; NULL with n 0: it matches no packet */
	size_t n;
};

/* Whether instructions that came from elsewhere can be run: they end, and stay in what they have.
 */
bool filter_is_sound(const struct filter_step *step, size_t n);

/* Runs sound instructions. caplen: bytes that are there; original: those that the packet had. */
bool filter_run(
    const struct filter_step *step, const uint8_t *packet, uint32_t caplen, uint32_t original);

#endif
