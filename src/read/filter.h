/* filter: libpcap's filter language, for packets of several link types.
 *
 * An expression is compiled once for each link type that comes up: libpcap looks names of hosts and
 * services up, so this is done by the process that was started, not where packets are. What comes
 * out of it is a program, which needs nothing. Refuses to read captures. */
#ifndef READ_FILTER_H
#define READ_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_WHY_MAX 256

/* An instruction as libpcap has it: struct bpf_insn. */
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

/* Whether the expression is none of the language, for whatever link type; `why` has the reason. */
bool filter_is_wrong(const char *expression, char why[FILTER_WHY_MAX]);

/* link_type: as files have it. False with a reason when the expression has no meaning there. */
bool filter_compile(struct filter_program *out, const char *expression, uint16_t link_type,
    char why[FILTER_WHY_MAX]);

void filter_free(struct filter_program *f);

/* For so many link types one capture may ask; more than this is nonsense. */
#define FILTERS_ASKED_MAX 64u

/* One expression for the link types that came up so far. */
struct filters {
	const char *expression;          /* NULL: every packet matches */
	struct filter_program **program; /* by link type; NULL: it did not come up yet */
};

/* False without memory. */
bool filters_init(struct filters *f, const char *expression);
void filters_free(struct filters *f);

/* Of filters with an expression. NULL: the link type did not come up yet. Empty where the
 * expression means nothing. */
const struct filter_program *filters_find(const struct filters *f, uint16_t link_type);

/* A place for the program of a link type that did not come up yet, empty. NULL without memory. */
struct filter_program *filters_add(struct filters *f, uint16_t link_type);

/* Whether a program that came from elsewhere can be run. */
bool filter_is_sound(const struct filter_program *f);

bool filter_match(
    const struct filter_program *f, const uint8_t *packet, uint32_t caplen, uint32_t original);

#endif
