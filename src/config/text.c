/* text: see text.h. */
#include "config/text.h"

#include <string.h>

#include "base/wholefile.h"
#include "config/lexer.h"

#define TEXT_MAX      (4 * (size_t)WHOLEFILE_MAX) /* bytes of all files together */
#define INCLUDE_DEPTH 10                          /* libconfig's own limit */
#define INCLUDES_MAX  10000

/* As libconfig reads TEXT_NUMBER_UNFIT. The blank keeps it from becoming part of a name before it,
 * and the second L leaves none to a name behind it. */
#define UNFIT " -9223372036854775808LL"

/* From its first line on the text is that of a file. */
struct text_span {
	unsigned first;
	struct origin origin; /* of the first line */
};

/* Reading does not go on: an include that includes itself would be followed along all its ways. */
static void stop(struct text *t, struct origin o, const char *why)
{
	if (!t->stopped)
		problem_error(t->problems, o.file, o.line, "%s", why);
	t->broken = t->stopped = true;
}

static const char *intern(struct text *t, const char *file)
{
	const char **names, *name;

	for (size_t i = 0; i < t->names.n; i++)
		if (strcmp(t->names.v[i], file) == 0)
			return t->names.v[i];
	names = region_grow(t->keep, t->names.v, t->names.n, sizeof(*names));
	name = region_text(t->keep, file, strlen(file));
	if (!names || !name)
		return NULL;
	t->names.v = names;
	return names[t->names.n++] = name;
}

static void begin_span(struct text *t, struct origin o)
{
	struct text_span *span = region_grow(t->region, t->span, t->spans, sizeof(*span));

	if (!span) {
		stop(t, o, "out of memory");
		return;
	}
	t->span = span;
	span[t->spans++] = (struct text_span){.first = t->line, .origin = o};
}

static void append(struct text *t, struct origin o, const char *from, size_t n)
{
	if (n > TEXT_MAX - t->len) {
		stop(t, o, "the configuration is larger than 64 MiB with all that it includes");
		return;
	}
	if (n > t->room - t->len) {
		size_t room = 2 * t->room > t->len + n ? 2 * t->room : t->len + n;
		char *body = region_alloc(t->region, room + 1);

		if (!body) {
			stop(t, o, "out of memory");
			return;
		}
		memcpy(body, t->body, t->len);
		t->body = body;
		t->room = room;
	}
	memcpy(t->body + t->len, from, n);
	t->len += n;
	t->body[t->len] = '\0';
	for (size_t i = 0; i < n; i++)
		t->line += from[i] == '\n';
}

/* The path of an include: as libconfig reads it, and from where it means it. */
static char *include_path(const struct text *t, const struct lexer_token *token)
{
	const char *at = token->text, *end = at + token->len;
	char *path = region_text(t->region, token->text, token->len), *to = path;

	if (!path)
		return NULL;
	while (at < end) {
		at += *at == '\\' && at + 1 < end && (at[1] == '\\' || at[1] == '"');
		*to++ = *at++;
	}
	*to = '\0';
	if (path[0] == '/' || !t->directory[0])
		return path;
	return region_print(t->region, "%s/%s", t->directory, path);
}

static void expand(struct text *t, const char *path, struct origin from, unsigned depth);

static void include(
    struct text *t, const struct lexer_token *token, struct origin o, unsigned depth)
{
	char *path = include_path(t, token);

	if (!path)
		stop(t, o, "out of memory");
	else if (depth == INCLUDE_DEPTH)
		stop(t, o, "includes are nested too deep");
	else if (t->includes++ == INCLUDES_MAX)
		stop(t, o, "too many includes");
	else
		expand(t, path, o, depth + 1);
}

static void take_token(
    struct text *t, const struct lexer_token *token, struct origin o, unsigned depth)
{
	static const char *const syntax_error[] = {
	    [LEXER_STRING] = "syntax error: the string that begins here does not end",
	    [LEXER_COMMENT] = "syntax error: the comment that begins here does not end",
	    [LEXER_AT] = "syntax error: @include begins a line; its file is in double quotes"};

	switch (token->kind) {
	case LEXER_END:
		break;
	case LEXER_INCLUDE:
		include(t, token, o, depth);
		break;
	case LEXER_NUMBER:
		problem_error(t->problems, o.file, o.line,
		    "the number %.*s is out of range (a 64-bit one needs an L behind it)",
		    (int)token->len, token->text);
		append(t, o, UNFIT, strlen(UNFIT));
		break;
	default:
		stop(t, o, syntax_error[token->kind]);
	}
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n\f\v")] == '\0';
}

/* Whether what has been read ends within a list of the outermost group, which is that of clients,
 * and within none of its groups. Goes on where it was the last time: whole tokens end there, as an
 * include begins a line. */
static bool is_in_list(struct text *t)
{
	struct lexer lexer = lexer_over(t->body + t->nested.at);
	struct lexer_token token;

	do {
		lexer_piece(&lexer, &token);
		if (token.kind == LEXER_STRING || token.kind == LEXER_COMMENT)
			break;
		t->nested.at = (size_t)(lexer.at - t->body);
		if (token.kind != LEXER_SIGN)
			continue;
		t->nested.lists += (*token.text == '(') - (*token.text == ')');
		t->nested.groups += (*token.text == '{') - (*token.text == '}');
	} while (token.kind != LEXER_END);
	return t->nested.lists == 1 && t->nested.groups == 0;
}

/* Appends the text of a file, whole lines of it: none of them is shared with what includes it. */
static void expand_text(struct text *t, const char *text, const char *name, unsigned depth)
{
	struct lexer lexer = lexer_over(text);
	struct lexer_token token;
	struct origin o = {name, 1};

	begin_span(t, o);
	do {
		const char *from = lexer.at;

		lexer_next(&lexer, &token);
		/* what lies between this token and the one before it */
		append(t, o, from, (size_t)(token.from - from));
		o.line = token.line;
		take_token(t, &token, o, depth);
		if (token.kind == LEXER_INCLUDE)
			begin_span(t, (struct origin){name, lexer.line});
	} while (token.kind != LEXER_END && !t->stopped);
	if (t->len > 0 && t->body[t->len - 1] != '\n')
		append(t, o, "\n", 1);
}

/* `from` includes it; file NULL: nobody does, it is the configuration itself. */
static void expand(struct text *t, const char *path, struct origin from, unsigned depth)
{
	const char *why, *name;
	size_t len;
	char *text = wholefile_read(t->region, path, &len, &why);

	if (text && memchr(text, '\0', len)) {
		why = "contains a NUL byte";
		text = NULL;
	}
	if (!text) {
		t->broken = true;
		if (from.file)
			problem_error(t->problems, from.file, from.line, "%s: %s", path, why);
		else
			problem_error(t->problems, path, 0, "cannot be read: %s", why);
		return;
	}
	name = intern(t, path);
	if (name && !t->empty.file && is_blank(text) && is_in_list(t))
		t->empty = (struct origin){name, 1};
	if (name)
		expand_text(t, text, name, depth);
	else
		stop(t, from, "out of memory");
}

bool text_read(struct text *t, struct region *keep, const char *file, struct problems *problems)
{
	const char *slash = strrchr(file, '/');

	*t = (struct text){.keep = keep, .problems = problems, .line = 1};
	t->region = region_new();
	if (t->region) {
		t->directory = region_text(t->region, file,
		    !slash          ? 0
		    : slash == file ? 1
				    : (size_t)(slash - file));
		t->body = region_text(t->region, "", 0);
	}
	if (t->directory && t->body)
		expand(t, file, (struct origin){.file = NULL}, 0);
	else
		stop(t, (struct origin){.file = file}, "out of memory");
	return !t->broken;
}

void text_free(struct text *t)
{
	region_free(t->region);
	*t = (struct text){.region = NULL};
}

struct origin text_origin(const struct text *t, unsigned line)
{
	size_t low = 0, high = t->spans;
	struct origin o;

	while (low + 1 < high) { /* the last span that begins in this line or before it */
		size_t mid = low + (high - low) / 2;

		if (t->span[mid].first <= line)
			low = mid;
		else
			high = mid;
	}
	o = t->span[low].origin;
	o.line = line ? o.line + (line - t->span[low].first) : 0;
	return o;
}
