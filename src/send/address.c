/* send_address: see address.h. */
#include "send/address.h"

#include <net/if.h>
#include <string.h>

#include "base/parse.h"

bool send_address_is_link_local(const struct addr *a)
{
	return a->len == 16 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

bool send_address_parse(const char *text, struct addr *a, const char **zone)
{
	const char *percent = strchr(text, '%');
	size_t n = percent ? (size_t)(percent - text) : strlen(text);
	char address[ADDR_TEXT_MAX];

	if (n >= sizeof(address))
		return false;
	memcpy(address, text, n);
	address[n] = '\0';
	*zone = percent ? percent + 1 : NULL;
	return addr_parse(address, a) && (!percent || (**zone && send_address_is_link_local(a)));
}

uint32_t send_address_scope(const char *zone)
{
	unsigned index = if_nametoindex(zone);
	uint64_t number;

	if (index > 0)
		return index;
	return parse_number(zone, 1, UINT32_MAX, &number) ? (uint32_t)number : 0;
}
