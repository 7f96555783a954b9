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
