/* conftext: what libconfig 1.5 does not tell about the text of a configuration.
 *
 * It silently wraps integers (5000000000 reads as 705032704), and it ends the whole program on an
 * include that cannot be read. So the text is scanned for number tokens and include directives
 * first, by libconfig's own lexical rules (its manual, "Configuration File Grammar"). Pure. */
#ifndef CONFTEXT_H
#define CONFTEXT_H

#include <stddef.h>

enum conftext_kind {
	CONFTEXT_END,
	CONFTEXT_INCLUDE,
	CONFTEXT_NUMBER
};

struct conftext {
	const char *at; /* the next character; the text ends with NUL */
	unsigned line;  /* of `at`, from 1 */
	int line_start; /* only blanks were seen in this line */
};

struct conftext_token {
	enum conftext_kind kind; /* NUMBER: one that libconfig cannot hold */
	unsigned line;
	const char *text; /* the number; the include's path */
	size_t len;
};

struct conftext conftext_over(const char *text);
void conftext_next(struct conftext *c, struct conftext_token *out);

#endif
