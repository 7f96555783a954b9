/* lexer: what must be known about the text of a configuration before libconfig reads it.
 *
 * libconfig silently wraps integers (5000000000 reads as 705032704), and it opens includes itself,
 * which ends the whole program when one cannot be read. So both are found here, by libconfig's own
 * lexical rules (its manual, "Configuration File Grammar"), and what would make the two disagree
 * about where a string or a comment ends is found, too. Refuses to open the includes and to know
 * settings. Pure. */
#ifndef CONFIG_LEXER_H
#define CONFIG_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum lexer_kind {
	LEXER_END,
	LEXER_INCLUDE,
	LEXER_NUMBER,  /* one that does not fit into the integers of libconfig */
	LEXER_STRING,  /* one that does not end */
	LEXER_COMMENT, /* one that does not end */
	LEXER_AT,      /* an @ that belongs to no include and stands in no string or comment */
	LEXER_NAME,    /* of a setting, or a word such as true: of lexer_piece() alone */
	LEXER_SIGN     /* one that separates or encloses settings: likewise */
};

struct lexer {
	const char *at;  /* the next character; the text ends with NUL */
	unsigned line;   /* of `at`, from 1 */
	bool line_start; /* only blanks were seen in this line */
};

struct lexer_token {
	enum lexer_kind kind;
	unsigned line;    /* in which it begins */
	const char *from; /* the token in the text, up to `at` of the lexer */
	const char *text; /* the number, name or sign; the path of the include as it is written */
	size_t len;       /* of text */
};

struct lexer lexer_over(const char *text);

/* After LEXER_END, LEXER_STRING and LEXER_COMMENT the text is over. */
void lexer_next(struct lexer *c, struct lexer_token *out);

/* The same, and stops at every name and sign as well. */
void lexer_piece(struct lexer *c, struct lexer_token *out);

#endif
