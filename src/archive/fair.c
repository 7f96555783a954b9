/* fair: see fair.h. */
#include "archive/fair.h"

#include <string.h>

#define LONG_MS 30000
#define MOST    8u

static bool works(const struct take *t)
{
	return take_is_active(t) && t->status == TAKE_WORKING && !t->stalled;
}

unsigned fair_places(const struct take *take, unsigned n, int64_t now_ms)
{
	unsigned places = 0;

	for (unsigned i = 0; i < n && places < MOST; i++)
		places += works(&take[i]) && now_ms - take[i].started >= LONG_MS;
	return places;
}

bool fair_waits(struct take *take, unsigned n, const struct config *config, const char *name)
{
	char client[CAPNAME_STEM_MAX], address[ADDR_TEXT_MAX];
	struct capname parts;

	if (!capname_parse(name, &parts))
		return false;
	config_owner(config, parts.stem, client, address);
	for (unsigned i = 0; i < n; i++)
		if (works(&take[i]) && strcmp(take[i].client, client) == 0) {
			take[i].met = true;
			return true;
		}
	return false;
}
