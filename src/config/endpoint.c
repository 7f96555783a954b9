/* endpoint: see endpoint.h. */
#include "config/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static const char *parse_path(const char *path, struct endpoint *out)
{
	if (path[0] != '/')
		return "the path of an ipc:// socket must begin with /";
	if (strlen(path) >= ENDPOINT_PATH_MAX)
		return "the path of an ipc:// socket has more than 107 bytes";
	out->path = path;
	return NULL;
}

/* "a.b.c.d:port", "[address]:port", "[address%interface]:port", "*:port" */
static const char *parse_tcp(const char *text, struct endpoint *out)
{
	const char *colon = strrchr(text, ':');
	char host[ADDR_ZONED_MAX + 2];
	const char *from = host;
	uint64_t port;
	size_t len;

	if (!colon || !parse_number(colon + 1, 0, 65535, &port))
		return "it does not end in a colon and a port from 0 to 65535";
	len = (size_t)(colon - text);
	if (len == 0 || len >= sizeof(host))
		return "there is no address in it";
	snprintf(host, sizeof(host), "%.*s", (int)len, text);
	out->port = (uint16_t)port;
	if (strcmp(host, "*") == 0)
		return NULL;
	if (host[0] == '[') {
		if (host[len - 1] != ']')
			return "a bracket is not closed";
		host[len - 1] = '\0';
		from++;
	} else if (strchr(host, ':')) {
		return "an IPv6 address needs brackets";
	}
	return addr_zoned_parse(from, &out->address);
}

const char *endpoint_parse(const char *text, struct endpoint *out)
{
	*out = (struct endpoint){.path = NULL};
	if (strncmp(text, "ipc://", 6) == 0)
		return parse_path(text + 6, out);
	if (strncmp(text, "tcp://", 6) == 0)
		return parse_tcp(text + 6, out);
	return "must begin with tcp:// or ipc://";
}
