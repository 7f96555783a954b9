/* tell: what is told on standard error, and whether all went well.
 *
 * Refuses to decide what is an error. */
#ifndef READ_TELL_H
#define READ_TELL_H

#include <stdbool.h>
#include <stdint.h>

/* Lines of a round that are remembered; more are not told. */
#define TELL_LINES 64u

struct tell {
	bool silent; /* nothing is told */
	bool failed; /* something was told that makes the exit status 1 */
	/* Takes away a line of progress, so that a message gets its own; may be NULL. */
	void (*clear)(void *of);
	void *of;

	/* What was told in this round and in the last one, hashed. */
	bool rounds;
	uint64_t line[TELL_LINES], before[TELL_LINES];
	unsigned lines, lines_before;
};

/* One line, behind the name of the program. */
__attribute__((format(printf, 2, 3))) void tell_note(struct tell *t, const char *fmt, ...);
/* The same, of what makes the exit status 1. */
__attribute__((format(printf, 2, 3))) void tell_error(struct tell *t, const char *fmt, ...);

/* Something is looked at again and again: a round of it begins, in which what was told in the last
 * one is not told again. */
void tell_round(struct tell *t);
void tell_rounds_end(struct tell *t);

/* Of a capture that could not be read; packets: so many are lost, 0: all behind the offset. */
void tell_damage(
    struct tell *t, const char *path, uint64_t offset, uint32_t packets, const char *why);

#endif
