/* expand: see expand.h. */
#include "base/expand.h"

#include <string.h>

struct room {
	char *at;
	size_t left;
	bool full;
};

static void put(struct room *r, const char *text, size_t len)
{
	if (len >= r->left) {
		r->full = true;
		return;
	}
	memcpy(r->at, text, len);
	r->at += len;
	r->left -= len;
	*r->at = '\0';
}

/* The year has all digits that stand before the month's. */
static void put_time(struct room *r, char letter, const char *stamp)
{
	const char *hour = strchr(stamp, '_') + 1, *end = hour - 1;

	if (letter == 'Y')
		put(r, stamp, (size_t)(end - stamp) - 4);
	else if (letter == 'm')
		put(r, end - 4, 2);
	else if (letter == 'd')
		put(r, end - 2, 2);
	else
		put(r, hour, 2);
}

bool expand_directories(
    const char *pattern, const char *client, const char *stamp, char *out, size_t size)
{
	struct room r = {.at = out, .left = size};

	for (const char *p = pattern; *p; p++) {
		if (*p != '%' || *++p == '%')
			put(&r, p, 1);
		else if (*p == 'c')
			put(&r, client, strlen(client));
		else
			put_time(&r, *p, stamp);
	}
	return !r.full;
}

/* ---- words in braces ---- */

static const char *const words[EXPAND_WORDS] = {
    [EXPAND_PATH] = "path",
    [EXPAND_CLIENT] = "client",
    [EXPAND_ADDRESS] = "address",
    [EXPAND_NAME] = "name",
    [EXPAND_SHA256] = "sha256",
    [EXPAND_FIRST] = "first",
    [EXPAND_LAST] = "last",
};

/* The word whose brace is at p, and its length with both braces; EXPAND_WORDS: it is none. */
static enum expand_word word_at(const char *p, size_t *len)
{
	for (int w = 0; w < EXPAND_WORDS; w++) {
		*len = strlen(words[w]) + 2;
		if (strncmp(p + 1, words[w], *len - 2) == 0 && p[*len - 1] == '}')
			return (enum expand_word)w;
	}
	return EXPAND_WORDS;
}

/* The next piece of an argument, as it is in the result; NULL at the end. */
static const char *piece(const char **p, const char *const value[EXPAND_WORDS], size_t *len)
{
	const char *from = *p;
	enum expand_word w;

	*len = strcspn(from, "{");
	if (*len == 0 && *from == '{') {
		w = word_at(from, len);
		if (w < EXPAND_WORDS) {
			*p += *len;
			*len = strlen(value[w]);
			return value[w];
		}
		*p += from[1] == '{' ? 2 : 1;
		*len = 1;
		return from;
	}
	*p += *len;
	return *len > 0 ? from : NULL;
}

bool expand_argument(
    const char *argument, const char *const value[EXPAND_WORDS], char *out, size_t size)
{
	struct room r = {.at = out, .left = size};
	const char *text;
	size_t len;

	put(&r, "", 0);
	while ((text = piece(&argument, value, &len)))
		put(&r, text, len);
	return !r.full;
}

size_t expand_argument_size(const char *argument, const char *const value[EXPAND_WORDS])
{
	size_t size = 1, len;

	while (piece(&argument, value, &len))
		size += len;
	return size;
}

const char *expand_argument_check(const char *argument)
{
	size_t len;

	for (const char *p = argument; (p = strchr(p, '{')); p += len)
		if (p[1] == '{')
			len = 2;
		else if (word_at(p, &len) == EXPAND_WORDS)
			return "a { must begin {path}, {client}, {address}, {name}, {sha256}, "
			       "{first} or {last}; {{ is a brace";
	return NULL;
}

/* ---- directories ---- */

static bool is_dots(const char *part, size_t len)
{
	return (len == 1 && part[0] == '.') || (len == 2 && memcmp(part, "..", 2) == 0);
}

const char *expand_check(const char *pattern)
{
	if (*pattern == '/')
		return "must be relative to path";
	for (const char *p = pattern; *p; p++)
		if (*p == '%' && (!*++p || !strchr("cYmdH%", *p)))
			return "knows %c, %Y, %m, %d, %H and %% only";
	for (const char *p = pattern;; p++) {
		size_t len = strcspn(p, "/");

		if (len == 0)
			return "has an empty part";
		if (is_dots(p, len))
			return "leads out of path";
		p += len;
		if (!*p)
			return NULL;
	}
}
