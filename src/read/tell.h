/* tell: what is told on standard error, and whether all went well.
 *
 * Refuses to decide what is an error. */
#ifndef READ_TELL_H
#define READ_TELL_H

#include <stdbool.h>
#include <stdint.h>

struct tell {
	bool failed; /* something was told that makes the exit status 1 */
	bool muted;  /* nothing is printed for now */
	/* Takes away a line of progress, so that a message gets its own; may be NULL. */
	void (*clear)(void *of);
	void *of;
};

/* One line, behind the name of the program. */
__attribute__((format(printf, 2, 3))) void tell_note(struct tell *t, const char *fmt, ...);
/* The same, of what makes the exit status 1. */
__attribute__((format(printf, 2, 3))) void tell_error(struct tell *t, const char *fmt, ...);

/* Of a capture that could not be read; packets: so many are lost, 0: all behind the offset. */
void tell_damage(
    struct tell *t, const char *path, uint64_t offset, uint32_t packets, const char *why);

#endif
