/* addr: IP addresses and networks, normalised so that comparing is comparing bytes.
 *
 * An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) is the IPv4 address everywhere. The zone of a
 * link-local address, which is an interface, stands only where a socket is bound: the address of a
 * peer counts on every interface. No name resolution, ever: not of interfaces either. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct addr {
	uint8_t len;       /* 4 or 16; 0: no address */
	uint8_t bytes[16]; /* network byte order, zero beyond len */
};

struct addr_net {
	struct addr addr; /* host bits are zero */
	uint8_t bits;     /* prefix length, 0..8*addr.len */
};

#define ADDR_ZONE_MAX 16 /* IFNAMSIZ */

/* Where to listen. */
struct addr_zoned {
	struct addr addr;
	char zone[ADDR_ZONE_MAX]; /* the interface of a link-local address, "": it is none */
};

#define ADDR_TEXT_MAX     46 /* INET6_ADDRSTRLEN */
#define ADDR_PEER_MAX     56 /* "[address]:port" */
#define ADDR_NET_TEXT_MAX 50
#define ADDR_ZONED_MAX    (ADDR_TEXT_MAX + ADDR_ZONE_MAX)
#define ADDR_LISTEN_MAX   (ADDR_PEER_MAX + ADDR_ZONE_MAX) /* "[address%zone]:port" */

bool addr_parse(const char *text, struct addr *out);

/* "ADDRESS" or "ADDRESS/BITS". Returns NULL, or what is wrong as a static text. */
const char *addr_net_parse(const char *text, struct addr_net *out);

/* "ADDRESS", or "ADDRESS%INTERFACE" where it is link-local, and only there. Returns NULL, or what
 * is wrong as a static text. */
const char *addr_zoned_parse(const char *text, struct addr_zoned *out);

/* The address and (host order) port of a socket address; false when it is neither IPv4 nor IPv6. */
bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *out, uint16_t *port);

/* The reverse; returns the length of what was stored. */
socklen_t addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *out);

/* The number of the interface in a socket address; 0: none. Sets it, in one of IPv6. */
uint32_t addr_scope(const struct sockaddr *sa);
void addr_set_scope(struct sockaddr_storage *ss, uint32_t scope);

/* From its bytes in network byte order: 4 or 16 of them. */
struct addr addr_from_bytes(const uint8_t *bytes, size_t len);

/* Whether a host can have it, as far as is seen: it is not the unspecified one, of multicast or of
 * broadcast. */
bool addr_is_host(const struct addr *a);

bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_zoned_equal(const struct addr_zoned *a, const struct addr_zoned *b);

/* The network of `bits` length that holds `a`. */
struct addr_net addr_mask(const struct addr *a, unsigned bits);

bool addr_net_has(const struct addr_net *net, const struct addr *a);

/* True when the network is exactly one address. */
bool addr_net_single(const struct addr_net *net);

const char *addr_format(const struct addr *a, char out[ADDR_TEXT_MAX]);
const char *addr_zoned_format(const struct addr_zoned *a, char out[ADDR_ZONED_MAX]);
const char *addr_net_format(const struct addr_net *n, char out[ADDR_NET_TEXT_MAX]);

/* a.b.c.d:port or [addr]:port */
const char *addr_format_peer(const struct addr *a, uint16_t port, char out[ADDR_PEER_MAX]);

/* a.b.c.d:port, [addr]:port or [addr%zone]:port */
const char *addr_format_listen(
    const struct addr_zoned *a, uint16_t port, char out[ADDR_LISTEN_MAX]);

#endif
