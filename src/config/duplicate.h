/* duplicate: which setting of a configuration stands twice in its group, and where first.
 *
 * libconfig says in which line the second one is, and no more. Refuses to know which settings there
 * are. Pure. */
#ifndef CONFIG_DUPLICATE_H
#define CONFIG_DUPLICATE_H

#include <stdbool.h>
#include <stddef.h>

struct duplicate {
	const char *name; /* in the text, not ended by NUL */
	size_t len;
	unsigned first; /* the line of the first one, from 1 */
};

/* The text ends with NUL; line: that of the second one. False when it is not found, as where groups
 * are nested deeper than in any configuration of ours. */
bool duplicate_find(const char *text, unsigned line, struct duplicate *out);

#endif
