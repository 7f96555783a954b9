/* named: the name of an archived file, taken apart.
 *
 * It is that of the capture, with a suffix when it is compressed. Pure; refuses to know in which
 * directories files lie: those are a setting, which may change. */
#ifndef ARCHIVE_NAMED_H
#define ARCHIVE_NAMED_H

#include <stdbool.h>

#include "capture/capname.h"

#define NAMED_SUFFIX ".zst" /* of one that is compressed */

struct named {
	char name[CAPNAME_MAX]; /* without the suffix */
	struct capname parts;
	bool compressed;
};

/* Of the last part of path; false when it is no archived file's. */
bool named_parse(const char *path, struct named *out);

/* Whether a capture of this client, and address ("": none), that was called `name` could have got
 * this name in the archive: no other client, no other time. */
bool named_agrees(const struct named *n, const char *client, const char *address, const char *name);

#endif
