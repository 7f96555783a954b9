/* pattern: see pattern.h. */
#include "view/pattern.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

const char *pattern_who(const char *client, const char *address, char out[PATTERN_WHO_MAX])
{
	snprintf(out, PATTERN_WHO_MAX, "%s%s%s", client, *address ? "-" : "", address);
	return out;
}

bool pattern_match(struct patterns *p, const char *client, const char *address)
{
	char who[PATTERN_WHO_MAX], as_in_names[PATTERN_WHO_MAX];
	bool any = p->n == 0;

	pattern_who(client, address, who);
	memcpy(as_in_names, who, sizeof(who));
	for (char *c = as_in_names; *c; c++)
		if (*c == ':')
			*c = '_';
	for (size_t i = 0; i < p->n; i++) {
		if (fnmatch(p->v[i], client, 0) != 0 && fnmatch(p->v[i], who, 0) != 0 &&
		    fnmatch(p->v[i], as_in_names, 0) != 0)
			continue;
		p->used[i] = true;
		any = true;
	}
	return any;
}

/* A pattern for hosts begins as the client's name does, or has a wildcard before that. */
bool pattern_may_match(const struct patterns *p, const char *client)
{
	size_t len = strlen(client);

	for (size_t i = 0; i < p->n; i++) {
		const char *text = p->v[i];
		size_t plain = strcspn(text, "*?[\\");

		if (fnmatch(text, client, 0) == 0 ||
		    strncmp(text, client, plain < len ? plain : len) == 0)
			return true;
	}
	return p->n == 0;
}

bool pattern_all_used(const struct patterns *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->used[i])
			return false;
	return true;
}
