/* transport_plain: TCP as it is. */
#include "tls/transport.h"

static enum transport_status read_plain(
    struct transport *t, void *buf, size_t len, int64_t deadline, size_t *got)
{
	enum transport_status st = transport_wait(t, deadline);

	return st == TRANSPORT_DATA ? transport_receive(t, buf, len, got) : st;
}

void transport_plain(struct transport *t)
{
	t->read = read_plain;
}
