/* certname: see certname.h. */
#include "certname.h"

#include <string.h>

#include "addr.h"

bool certnames_sound(const struct certnames *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->name[i].type != CERTNAME_IP && memchr(c->name[i].data, '\0', c->name[i].len))
			return false;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Not strcasecmp(): that would follow the locale. */
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

bool certnames_match(const struct certnames *c, const char *want)
{
	if (!certnames_sound(c))
		return false;
	if (strncmp(want, "sha256:", 7) == 0)
		return same_dns(c->fingerprint, strlen(c->fingerprint), want);
	for (size_t i = 0; i < c->n; i++)
		if ((c->name[i].type != CERTNAME_COMMON || !c->has_alternative) &&
		    same(&c->name[i], want))
			return true;
	return false;
}
