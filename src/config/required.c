/* required: see required.h. */
#include "config/required.h"

#include "base/zone.h"

static void require(const struct config *c, enum required_group group, struct problems *p)
{
	if (group == REQUIRED_ARCHIVE && !c->archive.present)
		problem_error(p, c->names.v[0], 0, "there is no archive group");
	if (group == REQUIRED_PUBLISHER && !c->publisher.present)
		problem_error(p, c->names.v[0], 0, "there is no zeromq-publisher group");
}

struct config *required_examine(
    const char *file, enum required_group group, struct problems *problems)
{
	struct config *c = config_examine(file, problems);

	if (c)
		require(c, group, problems);
	if (c && problems->errors == 0)
		return c;
	config_free(c);
	return NULL;
}

struct config *required_examine_again(const char *file, enum required_group group)
{
	struct problems p = {0};
	struct config *c;

	zone_read();
	c = required_examine(file, group, &p);
	problems_log(&p);
	problems_free(&p);
	return c;
}
