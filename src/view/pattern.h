/* pattern: which clients the operands of a command line mean.
 *
 * Each is a shell pattern (fnmatch(3)) for the name of a client, or for that of one host of a
 * network: name-ADDRESS, of IPv6 also with _ instead of :, as file names have it. Refuses to know
 * which clients there are. Pure. */
#ifndef VIEW_PATTERN_H
#define VIEW_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/parse.h"

#define PATTERN_WHO_MAX (PARSE_NAME_MAX + 1 + ADDR_TEXT_MAX)

struct patterns {
	char *const *v; /* none: all clients */
	size_t n;
	bool *used; /* n of them: the pattern has matched; set here */
};

/* address: "" unless of one host of a network. */
bool pattern_match(struct patterns *p, const char *client, const char *address);

/* Whether files of the client's hosts can be meant, so that all of them have to be looked at. */
bool pattern_may_match(const struct patterns *p, const char *client);

bool pattern_all_used(const struct patterns *p);

/* How a client is called wherever it is told: NAME or NAME-ADDRESS. */
const char *pattern_who(const char *client, const char *address, char out[PATTERN_WHO_MAX]);

#endif
