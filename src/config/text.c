/* conftext: see conftext.h. */
#include "config/text.h"

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

/* Whether it has an end. */
static bool skip_string(struct conftext *c)
{
	step(c);
	while (*c->at && *c->at != '"') {
		if (*c->at == '\\' && c->at[1])
			step(c);
		step(c);
	}
	if (!*c->at)
		return false;
	step(c);
	return true;
}

static bool name_char(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_' || ch == '-' || ch == '*';
}

static void skip_name(struct conftext *c)
{
	while (name_char(*c->at))
		step(c);
}

static const char *behind_digits(const char *p)
{
	return p + strspn(p, "0123456789");
}

/* Where there is no exponent: p. */
static const char *behind_exponent(const char *p)
{
	const char *e = p + 1;

	if (*p != 'e' && *p != 'E')
		return p;
	e += *e == '-' || *e == '+';
	return isdigit((unsigned char)*e) ? behind_digits(e) : p;
}

/* At most two of them. */
static const char *behind_suffix(const char *p)
{
	p += *p == 'L';
	return p + (*p == 'L' && p[-1] == 'L');
}

static bool is_hex(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
	       isxdigit((unsigned char)text[2]);
}

/* The end of the longest number that begins here, which need not be followed by anything else than
 * the next name; `text`: there is none. */
static const char *number(const char *text, bool *is_float)
{
	const char *digits = text + (*text == '-' || *text == '+');
	const char *end = behind_digits(digits);

	*is_float = *end == '.';
	if (is_hex(text))
		return behind_suffix(text + 2 + strspn(text + 2, "0123456789abcdefABCDEF"));
	if (*is_float)
		return behind_exponent(behind_digits(end + 1));
	if (end == digits)
		return text;
	*is_float = behind_exponent(end) != end;
	return *is_float ? behind_exponent(end) : behind_suffix(end);
}

/* What libconfig stores: int for 1 and 0x1, long long for 1L. */
static bool fits(const char *text, size_t len)
{
	char buf[64];
	bool wide = text[len - 1] == 'L';
	long long v;

	if (len >= sizeof(buf))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	errno = 0;
	v = strtoll(buf, NULL, is_hex(buf) ? 16 : 10);
	if (errno == ERANGE)
		return false;
	return wide || (v >= INT32_MIN && v <= INT32_MAX);
}

/* Steps over a number, or whatever else there is. Floats are left alone. */
static bool found_number(struct conftext *c, struct conftext_token *out)
{
	bool is_float;
	const char *start = c->at, *end = number(start, &is_float);

	if (end == start)
		step(c);
	while (c->at < end)
		step(c);
	if (end == start || is_float || fits(start, (size_t)(end - start)))
		return false;
	*out = (struct conftext_token){CONFTEXT_NUMBER, c->line, start, (size_t)(end - start)};
	return true;
}

/* Up to the closing quote: libconfig reads on there when the file is over. */
static bool found_include(struct conftext *c, struct conftext_token *out)
{
	const char *quote = c->at + strlen("@include");
	unsigned line = c->line;

	quote += strspn(quote, " \t");
	if (*quote != '"') {
		skip_line(c);
		return false;
	}
	while (c->at < quote)
		step(c);
	if (!skip_string(c))
		return false;
	*out =
	    (struct conftext_token){CONFTEXT_INCLUDE, line, quote + 1, (size_t)(c->at - quote - 2)};
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
			if (found_include(c, out))
				return;
		} else if (isalpha((unsigned char)*c->at) || *c->at == '*') {
			skip_name(c);
		} else if (found_number(c, out)) {
			return;
		}
	}
	*out = (struct conftext_token){.kind = CONFTEXT_END, .line = c->line};
}
