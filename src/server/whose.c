/* whose: see whose.h. */
#include "server/whose.h"

size_t whose(const struct generation *g, const struct child *k)
{
	const struct config_client *c;

	if (!k->client)
		return WHOSE_NONE;
	if (k->generation == g)
		return k->candidate[k->chosen].client;
	c = config_client(g->config, k->client);
	return c ? (size_t)(c - g->config->clients) : WHOSE_NONE;
}
