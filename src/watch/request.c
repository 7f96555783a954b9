/* request: see request.h. */
#include "watch/request.h"

#include <string.h>

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_text(char c)
{
	return c == '\t' || (c >= ' ' && c <= '~') || (unsigned char)c >= 0x80;
}

static bool equals(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

/* Without regard to case. */
static bool names(const char *s, size_t len, const char *word)
{
	if (len != strlen(word))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 0x20 : s[i]) != word[i])
			return false;
	return true;
}

/* METHOD SP TARGET SP HTTP/1.x */
static enum request read_line(const char *s, size_t len, bool *head)
{
	const char *target = memchr(s, ' ', len), *version;
	size_t method = target ? (size_t)(target - s) : 0, path;

	if (method == 0)
		return REQUEST_BAD;
	for (size_t i = 0; i < method; i++)
		if (!is_token(s[i]))
			return REQUEST_BAD;
	target++;
	version = memchr(target, ' ', (size_t)(s + len - target));
	if (!version || *target != '/')
		return REQUEST_BAD;
	path = (size_t)(version++ - target);
	for (size_t i = 0; i < path; i++)
		if (target[i] <= ' ' || target[i] > '~')
			return REQUEST_BAD;
	if (!equals(version, (size_t)(s + len - version), "HTTP/1.1") &&
	    !equals(version, (size_t)(s + len - version), "HTTP/1.0"))
		return REQUEST_BAD;
	*head = equals(s, method, "HEAD");
	if (!*head && !equals(s, method, "GET"))
		return REQUEST_NO_METHOD;
	if (memchr(target, '?', path)) /* a query changes nothing */
		path = (size_t)((const char *)memchr(target, '?', path) - target);
	return equals(target, path, "/")              ? REQUEST_PAGE
	       : equals(target, path, "/metrics")     ? REQUEST_METRICS
	       : equals(target, path, "/status.json") ? REQUEST_JSON
						      : REQUEST_NOT_FOUND;
}

/* NAME: VALUE, and nothing that announces a body. */
static bool read_field(const char *s, size_t len)
{
	const char *colon = memchr(s, ':', len);
	size_t name = colon ? (size_t)(colon - s) : 0;

	if (name == 0)
		return false;
	for (size_t i = 0; i < name; i++)
		if (!is_token(s[i]))
			return false;
	for (size_t i = name + 1; i < len; i++)
		if (!is_text(s[i]))
			return false;
	if (names(s, name, "content-length")) {
		while (name + 1 < len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
			len--;
		return s[len - 1] == '0' && (s[len - 2] == ' ' || s[len - 2] == ':');
	}
	return !names(s, name, "transfer-encoding");
}

enum request request_parse(const char *bytes, size_t len, bool *head)
{
	enum request what = REQUEST_MORE;
	const char *at = bytes, *end = bytes + len;

	*head = false;
	while (at < end) {
		const char *line = at, *lf = memchr(at, '\n', (size_t)(end - at));
		size_t n;

		if (!lf)
			return len >= REQUEST_MAX ? REQUEST_BAD : REQUEST_MORE;
		if (lf == line || lf[-1] != '\r')
			return REQUEST_BAD;
		at = lf + 1;
		n = (size_t)(lf - 1 - line);
		if (what == REQUEST_MORE)
			what = read_line(line, n, head);
		else if (n == 0)
			return at == end ? what : REQUEST_BAD;
		else if (!read_field(line, n))
			return REQUEST_BAD;
		if (what == REQUEST_BAD)
			return what;
	}
	return len >= REQUEST_MAX ? REQUEST_BAD : REQUEST_MORE;
}
