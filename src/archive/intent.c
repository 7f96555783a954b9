/* intent: see intent.h. */
#include "archive/intent.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/named.h"
#include "base/ownname.h"
#include "base/parse.h"

bool intent_is(const char *id)
{
	size_t len = strlen(id), suffix = strlen(INTENT_SUFFIX);

	return len > suffix && strcmp(id + len - suffix, INTENT_SUFFIX) == 0;
}

bool intent_note(int work, const char *id, const struct intent *in)
{
	char text[PATH_MAX];

	if (snprintf(text, sizeof(text), "%s/%" PRIu64 "/%s", in->name, in->bytes, in->path) >=
	    (int)sizeof(text)) {
		errno = ENAMETOOLONG;
		return false;
	}
	return symlinkat(text, work, id) == 0 ||
	       (errno == EEXIST && unlinkat(work, id, 0) == 0 && symlinkat(text, work, id) == 0);
}

void intent_drop(int work, const char *id)
{
	unlinkat(work, id, 0);
}

bool intent_read(int work, const char *id, char text[PATH_MAX], struct intent *out)
{
	ssize_t len = readlinkat(work, id, text, PATH_MAX - 1);
	char *size, *path;
	struct named named;

	if (len < 0)
		return false;
	text[len] = '\0';
	size = strchr(text, '/');
	path = size ? strchr(size + 1, '/') : NULL;
	if (!path)
		return false;
	*size++ = *path++ = '\0';
	*out = (struct intent){.name = text, .path = path};
	return parse_number(size, 0, UINT64_MAX, &out->bytes) && named_parse(path, &named) &&
	       !ownname_begins(path);
}
