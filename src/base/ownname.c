/* ownname: see ownname.h. */
#include "base/ownname.h"

#include <string.h>

static bool is(const char *part, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(part, name, len) == 0;
}

bool ownname_begins(const char *path)
{
	size_t len = strcspn(path, "/");

	return is(path, len, OWNNAME_WORK) || is(path, len, OWNNAME_LOCK) ||
	       strncmp(path, OWNNAME_INDEX, strlen(OWNNAME_INDEX)) == 0;
}
