/* peer: see peer.h. */
#include "server/peer.h"

#include <stdio.h>
#include <string.h>

const char *peer_format(const struct peer *p, char out[PEER_TEXT_MAX])
{
	char via[ADDR_PEER_MAX];
	size_t len = strlen(addr_format_peer(&p->addr, p->port, out));

	if (p->via.len)
		snprintf(out + len, PEER_TEXT_MAX - len, " via=%s",
		    addr_format_peer(&p->via, p->via_port, via));
	return out;
}
