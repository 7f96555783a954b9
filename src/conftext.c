/* conftext: see conftext.h. */
#include "conftext.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct conftext conftext_over(const char *text)
{
	return (struct conftext){.at = text, .line = 1, .line_start = 1};
}

static void step(struct conftext *c)
{
	if (*c->at == '\n') {
		c->line++;
		c->line_start = 1;
	} else if (*c->at != ' ' && *c->at != '\t') {
		c->line_start = 0;
	}
	c->at++;
}

static void skip_line(struct conftext *c)
{
	while (*c->at && *c->at != '\n')
		step(c);
}

static void skip_comment(struct conftext *c)
{
	step(c); /* so that the star of its beginning is not that of its end */
	step(c);
	while (*c->at && strncmp(c->at, "*/", 2) != 0)
		step(c);
	if (*c->at) {
		step(c);
		step(c);
	}
}

static void skip_string(struct conftext *c)
{
	step(c);
	while (*c->at && *c->at != '"') {
		if (*c->at == '\\' && c->at[1])
			step(c);
		step(c);
	}
	if (*c->at)
		step(c);
}

static bool word_char(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_' || ch == '-' || ch == '.' || ch == '*' ||
	       ch == '+';
}

/* What libconfig stores: int for 1 and 0x1, long long for 1L. Floats are left alone. */
static bool fits(const char *text, size_t len)
{
	char buf[64];
	bool hex = len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	bool wide = text[len - 1] == 'L';
	char *end;
	long long v;

	if (len >= sizeof(buf))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	errno = 0;
	v = strtoll(buf, &end, hex ? 16 : 10);
	if (*end != '\0' && *end != 'L')
		return true; /* a float, or a syntax error that libconfig reports */
	if (errno == ERANGE)
		return false;
	return wide || (v >= INT32_MIN && v <= INT32_MAX);
}

static bool include(struct conftext *c, struct conftext_token *out)
{
	const char *quote = c->at + strlen("@include"), *end;

	quote += strspn(quote, " \t");
	end = *quote == '"' ? strchr(quote + 1, '"') : NULL;
	if (!end)
		return false;
	*out = (struct conftext_token){
	    CONFTEXT_INCLUDE, c->line, quote + 1, (size_t)(end - quote - 1)};
	return true;
}

void conftext_next(struct conftext *c, struct conftext_token *out)
{
	while (*c->at) {
		if (*c->at == '#' || strncmp(c->at, "//", 2) == 0) {
			skip_line(c);
		} else if (strncmp(c->at, "/*", 2) == 0) {
			skip_comment(c);
		} else if (*c->at == '"') {
			skip_string(c);
		} else if (c->line_start && strncmp(c->at, "@include", 8) == 0) {
			bool found = include(c, out);

			skip_line(c);
			if (found)
				return;
		} else if (word_char(*c->at)) {
			const char *start = c->at;
			size_t len;

			while (word_char(*c->at))
				step(c);
			len = (size_t)(c->at - start);
			if ((isdigit((unsigned char)*start) || *start == '-' || *start == '+') &&
			    !fits(start, len)) {
				*out =
				    (struct conftext_token){CONFTEXT_NUMBER, c->line, start, len};
				return;
			}
		} else {
			step(c);
		}
	}
	*out = (struct conftext_token){.kind = CONFTEXT_END, .line = c->line};
}
