/* certname: see certname.h. */
#include "tls/certname.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"

bool certnames_sound(const struct certnames *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->name[i].type != CERTNAME_IP && memchr(c->name[i].data, '\0', c->name[i].len))
			return false;
	return true;
}

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + 32);
	return c;
}

/* strcasecmp() would depend on the locale. */
static bool same_dns(const char *a, size_t n, const char *b)
{
	if (strlen(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static bool same_address(const struct certname *n, const char *want)
{
	struct addr a;

	return addr_parse(want, &a) && a.len == n->len && memcmp(a.bytes, n->data, n->len) == 0;
}

static bool same(const struct certname *n, const char *want)
{
	switch (n->type) {
	case CERTNAME_DNS:
		return same_dns(n->data, n->len, want);
	case CERTNAME_IP:
		return same_address(n, want);
	default:
		return strlen(want) == n->len && memcmp(n->data, want, n->len) == 0;
	}
}

/* Whether the name is asked for at all. */
static bool counts(const struct certnames *c, const struct certname *n)
{
	return n->type != CERTNAME_COMMON || !c->has_alternative;
}

void certnames_list(const struct certnames *c, char *out, size_t size)
{
	const char *comma = "";
	size_t at = 0;

	snprintf(out, size, "no name");
	for (size_t i = 0; i < c->n && at < size; i++) {
		const struct certname *n = &c->name[i];
		char text[ADDR_TEXT_MAX];
		struct addr a = {.len = (uint8_t)n->len};
		int k;

		if (!counts(c, n))
			continue;
		if (n->type == CERTNAME_IP && (n->len == 4 || n->len == 16)) {
			memcpy(a.bytes, n->data, n->len);
			k = snprintf(out + at, size - at, "%s%s", comma, addr_format(&a, text));
		} else {
			k = snprintf(out + at, size - at, "%s%.*s", comma, (int)n->len, n->data);
		}
		at += k > 0 ? (size_t)k : 0;
		comma = ", ";
	}
}

bool certnames_match(const struct certnames *c, const char *want)
{
	if (!certnames_sound(c))
		return false;
	if (strncmp(want, "sha256:", 7) == 0)
		return same_dns(c->fingerprint, strlen(c->fingerprint), want);
	for (size_t i = 0; i < c->n; i++)
		if (counts(c, &c->name[i]) && same(&c->name[i], want))
			return true;
	return false;
}
