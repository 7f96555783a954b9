/* owner: see owner.h. */
#include "archive/owner.h"

#include <stdio.h>

void owner_find(const struct config *config, const char *stem, char client[CAPNAME_STEM_MAX],
    char address[ADDR_TEXT_MAX])
{
	struct addr host;
	size_t len;

	snprintf(client, CAPNAME_STEM_MAX, "%s", stem);
	address[0] = '\0';
	if (config_client(config, stem))
		return;
	len = capname_stem_parse(stem, &host);
	if (len == 0)
		return;
	client[len] = '\0';
	addr_format(&host, address);
}
