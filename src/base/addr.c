/* addr: see addr.h. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct addr from4(const void *bytes)
{
	struct addr a = {.len = 4};

	memcpy(a.bytes, bytes, 4);
	return a;
}

static struct addr from6(const void *bytes)
{
	struct addr a = {.len = 16};

	memcpy(a.bytes, bytes, 16);
	if (memcmp(a.bytes, mapped_prefix, 12) == 0)
		return from4(a.bytes + 12);
	return a;
}

struct addr addr_from_bytes(const uint8_t *bytes, size_t len)
{
	return len == 4 ? from4(bytes) : from6(bytes);
}

bool addr_is_host(const struct addr *a)
{
	static const uint8_t none[16], all[4] = {0xff, 0xff, 0xff, 0xff};

	if (a->len == 4)
		return a->bytes[0] >> 4 != 0xe && memcmp(a->bytes, none, 4) != 0 &&
		       memcmp(a->bytes, all, 4) != 0;
	return a->len == 16 && a->bytes[0] != 0xff && memcmp(a->bytes, none, 16) != 0;
}

bool addr_parse(const char *text, struct addr *out)
{
	uint8_t bin[16];

	if (inet_pton(AF_INET, text, bin) == 1) {
		*out = from4(bin);
		return true;
	}
	if (inet_pton(AF_INET6, text, bin) == 1) {
		*out = from6(bin);
		return true;
	}
	return false;
}

/* fe80::/10: each interface may have it. */
static bool is_link_local(const struct addr *a)
{
	return a->len == 16 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

/* As the kernel has it for the name of an interface; nothing that would need quoting. */
static bool is_zone(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || n >= ADDR_ZONE_MAX || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || strchr("/:%\"\\", *text))
			return false;
	return true;
}

const char *addr_zoned_parse(const char *text, struct addr_zoned *out)
{
	char host[ADDR_TEXT_MAX];
	const char *zone = strchr(text, '%');
	size_t n = zone ? (size_t)(zone - text) : strlen(text);
	struct addr_zoned a = {.zone = ""};

	if (n >= sizeof(host))
		return "not an IP address";
	memcpy(host, text, n);
	host[n] = '\0';
	if (!addr_parse(host, &a.addr))
		return "not an IP address";
	if (zone && !is_link_local(&a.addr))
		return "an interface stands only behind a link-local address (fe80::/10)";
	if (zone && !is_zone(zone + 1))
		return "no name of an interface stands behind the %";
	if (!zone && is_link_local(&a.addr))
		return "a link-local address needs its interface, as in fe80::1%eth0";
	if (zone)
		memcpy(a.zone, zone + 1, strlen(zone + 1));
	*out = a;
	return NULL;
}

const char *addr_net_parse(const char *text, struct addr_net *out)
{
	char host[ADDR_TEXT_MAX];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	struct addr_net net;
	uint64_t bits;

	if (n >= sizeof(host))
		return "not an IP address";
	memcpy(host, text, n);
	host[n] = '\0';
	if (strchr(host, '%'))
		return "no interface may stand here: the address counts on all of them";
	if (!addr_parse(host, &net.addr))
		return "not an IP address";
	bits = net.addr.len * 8u;
	if (slash) {
		/* ::ffff:10.0.0.0/104 was normalised to 10.0.0.0, its length is not yet. */
		unsigned dropped = net.addr.len == 4 && strchr(host, ':') ? 96 : 0;

		if (!parse_number(slash + 1, dropped, dropped + bits, &bits))
			return "the prefix length is out of range";
		bits -= dropped;
	}
	*out = addr_mask(&net.addr, (unsigned)bits);
	if (!addr_equal(&out->addr, &net.addr))
		return "address bits are set beyond the prefix length";
	return NULL;
}

bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *out, uint16_t *port)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&in, sa, sizeof(in));
		*out = from4(&in.sin_addr);
		*port = ntohs(in.sin_port);
		return true;
	case AF_INET6:
		memcpy(&in6, sa, sizeof(in6));
		*out = from6(&in6.sin6_addr);
		*port = ntohs(in6.sin6_port);
		return true;
	default:
		return false;
	}
}

socklen_t addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (a->len == 4) {
		struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};

		memcpy(&in.sin_addr, a->bytes, 4);
		memcpy(out, &in, sizeof(in));
		return sizeof(in);
	}
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memcpy(&in6.sin6_addr, a->bytes, 16);
	memcpy(out, &in6, sizeof(in6));
	return sizeof(in6);
}

uint32_t addr_scope(const struct sockaddr *sa)
{
	struct sockaddr_in6 in6;

	if (sa->sa_family != AF_INET6)
		return 0;
	memcpy(&in6, sa, sizeof(in6));
	return in6.sin6_scope_id;
}

void addr_set_scope(struct sockaddr_storage *ss, uint32_t scope)
{
	struct sockaddr_in6 in6;

	memcpy(&in6, ss, sizeof(in6));
	in6.sin6_scope_id = scope;
	memcpy(ss, &in6, sizeof(in6));
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool addr_zoned_equal(const struct addr_zoned *a, const struct addr_zoned *b)
{
	return addr_equal(&a->addr, &b->addr) && strcmp(a->zone, b->zone) == 0;
}

struct addr_net addr_mask(const struct addr *a, unsigned bits)
{
	struct addr_net net = {.addr = *a, .bits = (uint8_t)bits};

	for (unsigned i = 0; i < a->len; i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;

		if (keep < 8)
			net.addr.bytes[i] &= (uint8_t)(0xff00u >> keep);
	}
	return net;
}

bool addr_net_has(const struct addr_net *net, const struct addr *a)
{
	struct addr_net m = addr_mask(a, net->bits);

	return net->addr.len == a->len && addr_equal(&m.addr, &net->addr);
}

bool addr_net_single(const struct addr_net *net)
{
	return net->bits == net->addr.len * 8;
}

const char *addr_format(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	if (!inet_ntop(a->len == 4 ? AF_INET : AF_INET6, a->bytes, out, ADDR_TEXT_MAX))
		out[0] = '\0';
	return out;
}

const char *addr_zoned_format(const struct addr_zoned *a, char out[ADDR_ZONED_MAX])
{
	char host[ADDR_TEXT_MAX];

	snprintf(out, ADDR_ZONED_MAX, "%s%s%s", addr_format(&a->addr, host), *a->zone ? "%" : "",
	    a->zone);
	return out;
}

const char *addr_net_format(const struct addr_net *n, char out[ADDR_NET_TEXT_MAX])
{
	size_t len = strlen(addr_format(&n->addr, out));

	if (!addr_net_single(n))
		snprintf(out + len, ADDR_NET_TEXT_MAX - len, "/%u", n->bits);
	return out;
}

const char *addr_format_peer(const struct addr *a, uint16_t port, char out[ADDR_PEER_MAX])
{
	char host[ADDR_TEXT_MAX];

	snprintf(out, ADDR_PEER_MAX, a->len == 4 ? "%s:%u" : "[%s]:%u", addr_format(a, host), port);
	return out;
}

const char *addr_format_listen(const struct addr_zoned *a, uint16_t port, char out[ADDR_LISTEN_MAX])
{
	char host[ADDR_ZONED_MAX];

	snprintf(out, ADDR_LISTEN_MAX, a->addr.len == 4 ? "%s:%u" : "[%s]:%u",
	    addr_zoned_format(a, host), port);
	return out;
}
