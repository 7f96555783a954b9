/* send_address: an IP address as it is given, with the zone of a link-local one.
 *
 * fe80::15%eth0: a link-local address is one of an interface (RFC 4007), its zone. Refuses names of
 * hosts, and a zone behind any other address. */
#ifndef SEND_ADDRESS_H
#define SEND_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/* *zone: what stands behind the %, in the same text; NULL: nothing. False when it is no address. */
bool send_address_parse(const char *text, struct addr *a, const char **zone);

bool send_address_is_link_local(const struct addr *a);

/* The number of the interface of that name or number; 0: there is none. */
uint32_t send_address_scope(const char *zone);

#endif
