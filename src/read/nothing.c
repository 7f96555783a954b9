/* nothing: see nothing.h. */
#include "read/nothing.h"

#include <stdio.h>
#include <string.h>

#include "read/catalog.h"

#define WHO_MAX 400u

/* The operands as they were given; more than fit are cut. */
static const char *who(const struct patterns *p, char out[WHO_MAX])
{
	size_t len = 0;

	snprintf(out, WHO_MAX, "any client");
	for (size_t i = 0; i < p->n && len < WHO_MAX; i++)
		len +=
		    (size_t)snprintf(out + len, WHO_MAX - len, "%s%s", i > 0 ? ", " : "", p->v[i]);
	return out;
}

void nothing_tell(const char *what, const char *more, const struct config *config,
    struct patterns *patterns, const struct when_zone *zone, struct tell *tell)
{
	const struct catalog_range all = {.all = true, .from = INT64_MIN, .to = INT64_MAX};
	char clients[WHO_MAX], first[WHEN_TEXT_MAX], last[WHEN_TEXT_MAX];
	struct tell silent = {.silent = true}; /* it was told when they were looked at first */
	struct catalog c;

	who(patterns, clients);
	if (!catalog_make(&c, config, patterns, &all, false, &silent))
		tell_note(tell, "no %s%s", what, more);
	else if (c.n == 0)
		tell_note(tell, "no %s%s: there is no capture of %s", what, more, clients);
	else if (c.last < c.first)
		tell_note(tell, "no %s%s: no packet of %s has a time", what, more, clients);
	else
		tell_note(tell, "no %s%s: what there is of %s reaches from %s to %s", what, more,
		    clients, when_format(c.first, zone, 0, first),
		    when_format(c.last, zone, 0, last));
	catalog_free(&c);
}
