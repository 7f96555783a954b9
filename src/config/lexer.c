/* lexer: see lexer.h. */
#include "config/lexer.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lexer lexer_over(const char *text)
{
	return (struct lexer){.at = text, .line = 1, .line_start = true};
}

static void step(struct lexer *c)
{
	if (*c->at == '\n') {
		c->line++;
		c->line_start = true;
	} else if (*c->at != ' ' && *c->at != '\t') {
		c->line_start = false;
	}
	c->at++;
}

static void skip_line(struct lexer *c)
{
	while (*c->at && *c->at != '\n')
		step(c);
}

/* Whether it has an end. */
static bool skip_comment(struct lexer *c)
{
	step(c); /* so that the star of its beginning is not that of its end */
	step(c);
	while (*c->at && strncmp(c->at, "*/", 2) != 0)
		step(c);
	if (!*c->at)
		return false;
	step(c);
	step(c);
	return true;
}

/* Whether it has an end. */
static bool skip_string(struct lexer *c)
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

static enum lexer_kind found_name(struct lexer *c, struct lexer_token *out)
{
	out->text = c->at;
	while (name_char(*c->at))
		step(c);
	out->len = (size_t)(c->at - out->text);
	return LEXER_NAME;
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

/* What libconfig stores: int for 1 and 0x1, long long for 1L. The least of those is text's, for a
 * number that does not fit. */
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
	if (errno == ERANGE || v == LLONG_MIN)
		return false;
	return wide || (v >= INT32_MIN && v <= INT32_MAX);
}

static enum lexer_kind found_sign(struct lexer *c, struct lexer_token *out)
{
	bool sign = strchr("=:;,{}()[]", *c->at);

	out->text = c->at;
	out->len = 1;
	step(c);
	return sign ? LEXER_SIGN : LEXER_END;
}

/* Steps over a number, or whatever else there is. Floats are left alone. */
static enum lexer_kind found_number(struct lexer *c, struct lexer_token *out)
{
	bool is_float;
	const char *end = number(c->at, &is_float);

	if (end == c->at)
		return found_sign(c, out);
	out->text = c->at;
	out->len = (size_t)(end - c->at);
	c->at = end;
	c->line_start = false;
	return is_float || fits(out->text, out->len) ? LEXER_END : LEXER_NUMBER;
}

/* Steps over the directive, or over the @ alone when it is none. */
static enum lexer_kind found_at(struct lexer *c, struct lexer_token *out)
{
	static const char word[] = "@include";
	const char *quote = c->at + strlen(word), *path;

	if (!c->line_start || strncmp(c->at, word, strlen(word)) != 0) {
		step(c);
		return LEXER_AT;
	}
	quote += strspn(quote, " \t");
	if (*quote != '"' || quote == c->at + strlen(word)) {
		step(c);
		return LEXER_AT;
	}
	path = quote + 1;
	c->at = quote;
	if (!skip_string(c))
		return LEXER_STRING;
	c->line_start = false;
	out->text = path;
	out->len = (size_t)(c->at - 1 - path);
	return LEXER_INCLUDE;
}

/* Steps over one piece of text; LEXER_END: nothing is to be told of it. */
static enum lexer_kind found(struct lexer *c, struct lexer_token *out)
{
	if (*c->at == '#' || strncmp(c->at, "//", 2) == 0) {
		skip_line(c);
	} else if (strncmp(c->at, "/*", 2) == 0) {
		if (!skip_comment(c))
			return LEXER_COMMENT;
	} else if (*c->at == '"') {
		if (!skip_string(c))
			return LEXER_STRING;
	} else if (*c->at == '@') {
		return found_at(c, out);
	} else if (isalpha((unsigned char)*c->at) || *c->at == '*') {
		return found_name(c, out);
	} else {
		return found_number(c, out);
	}
	return LEXER_END;
}

void lexer_piece(struct lexer *c, struct lexer_token *out)
{
	do {
		*out = (struct lexer_token){.kind = LEXER_END, .line = c->line, .from = c->at};
		if (!*c->at)
			return;
		out->kind = found(c, out);
	} while (out->kind == LEXER_END);
}

void lexer_next(struct lexer *c, struct lexer_token *out)
{
	do {
		lexer_piece(c, out);
	} while (out->kind == LEXER_NAME || out->kind == LEXER_SIGN);
}
