/* named: see named.h. */
#include "archive/named.h"

#include <stdio.h>
#include <string.h>

bool named_parse(const char *path, struct named *out)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t len = strlen(name), suffix = strlen(NAMED_SUFFIX);

	out->compressed = len > suffix && strcmp(name + len - suffix, NAMED_SUFFIX) == 0;
	if (out->compressed)
		len -= suffix;
	if (len >= sizeof(out->name))
		return false;
	memcpy(out->name, name, len);
	out->name[len] = '\0';
	return capname_parse(out->name, &out->parts);
}

/* Whether the archive would have read this client and address out of the name. */
static bool is_stem(const char *stem, const char *client, const char *address)
{
	char text[ADDR_TEXT_MAX];
	struct addr a;

	if (!parse_name(client))
		return false;
	if (!address[0])
		return strcmp(stem, client) == 0;
	if (capname_stem_parse(stem, &a) != strlen(client))
		return false;
	addr_format(&a, text);
	return strncmp(stem, client, strlen(client)) == 0 && strcmp(text, address) == 0;
}

bool named_agrees(const struct named *n, const char *client, const char *address, const char *name)
{
	struct capname parts;

	return is_stem(n->parts.stem, client, address) && capname_parse(name, &parts) &&
	       parts.kind == n->parts.kind && strcmp(parts.stamp, n->parts.stamp) == 0 &&
	       parts.number <= n->parts.number;
}
