/* request: see request.h. */
#include "watch/request.h"

#include <string.h>

#include "base/addr.h"

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_text(char c)
{
	return c == '\t' || (c >= ' ' && c <= '~') || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool equals(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* Without regard to case. */
static bool names(const char *s, size_t len, const char *word, size_t word_len)
{
	if (len != word_len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (small(s[i]) != small(word[i]))
			return false;
	return true;
}

#define NAMES(s, len, word) names((s), (len), (word), sizeof(word) - 1)

/* ---- whom it is for ---- */

static bool is_port(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return len <= 5;
}

static bool is_address(const char *s, size_t len)
{
	char text[ADDR_TEXT_MAX];
	struct addr a;

	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return addr_parse(text, &a);
}

/* A dot at the end says that nothing is to be added to a name. */
static bool is_name(const char *s, size_t len, const char *const *here)
{
	len -= len > 1 && s[len - 1] == '.';
	if (NAMES(s, len, "localhost") || names(s, len, *here, strcspn(*here, ".")))
		return true;
	for (; *here; here++)
		if (names(s, len, *here, strlen(*here)))
			return true;
	return false;
}

/* [ADDRESS], [ADDRESS]:PORT, NAME, NAME:PORT */
static bool is_here(const char *s, size_t len, const char *const *here)
{
	const char *end = *s == '[' ? memchr(s, ']', len) : memchr(s, ':', len);
	size_t name = end ? (size_t)(end - s) : len;

	if (*s == '[') {
		if (!end || !is_address(s + 1, name - 1))
			return false;
		name++;
		return name == len || (s[name] == ':' && is_port(s + name + 1, len - name - 1));
	}
	if (end && !is_port(end + 1, len - name - 1))
		return false;
	if (name == 0)
		return false;
	return is_address(s, name) || is_name(s, name, here);
}

/* ---- lines ---- */

struct reading {
	const char *const *here;
	enum request what;
	bool head;
	bool must;      /* HTTP/1.1 has to have a Host */
	unsigned hosts; /* that it has */
	bool elsewhere; /* another one than ours */
};

/* METHOD SP TARGET SP HTTP/1.x */
static enum request read_line(struct reading *r, const char *s, size_t len)
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
	r->must = version[strlen("HTTP/1.")] == '1';
	r->head = equals(s, method, "HEAD");
	if (!r->head && !equals(s, method, "GET"))
		return REQUEST_NO_METHOD;
	if (memchr(target, '?', path)) /* a query changes nothing */
		path = (size_t)((const char *)memchr(target, '?', path) - target);
	return equals(target, path, "/")              ? REQUEST_PAGE
	       : equals(target, path, "/metrics")     ? REQUEST_METRICS
	       : equals(target, path, "/status.json") ? REQUEST_JSON
						      : REQUEST_NOT_FOUND;
}

/* NAME: VALUE, and nothing that announces a body. */
static bool read_field(struct reading *r, const char *s, size_t len)
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
	while (name + 1 < len && is_blank(s[len - 1]))
		len--;
	if (NAMES(s, name, "content-length"))
		return s[len - 1] == '0' && (s[len - 2] == ' ' || s[len - 2] == ':');
	if (NAMES(s, name, "host")) {
		do
			name++;
		while (name < len && is_blank(s[name]));
		r->hosts++;
		r->elsewhere = name < len && !is_here(s + name, len - name, r->here);
		return name < len && r->hosts == 1;
	}
	return !NAMES(s, name, "transfer-encoding");
}

/* Behind the last line. */
static enum request conclude(const struct reading *r)
{
	if (r->must && r->hosts == 0)
		return REQUEST_BAD;
	return r->elsewhere ? REQUEST_MISDIRECTED : r->what;
}

enum request request_parse(const char *bytes, size_t len, const char *const *here, bool *head)
{
	struct reading r = {.here = here, .what = REQUEST_MORE};
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
		if (r.what == REQUEST_MORE) {
			r.what = read_line(&r, line, n);
			*head = r.head;
		} else if (n == 0) {
			return at == end ? conclude(&r) : REQUEST_BAD;
		} else if (!read_field(&r, line, n)) {
			return REQUEST_BAD;
		}
		if (r.what == REQUEST_BAD)
			return r.what;
	}
	return len >= REQUEST_MAX ? REQUEST_BAD : REQUEST_MORE;
}
