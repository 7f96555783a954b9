/* proxyhead: the header with which a proxy begins a connection: PROXY protocol, versions 1 and 2
 * (haproxy, doc/proxy-protocol.txt).
 *
 * Gives the address and port that the proxy tells of the connection's peer, and where the header
 * ends: the bytes behind it are the peer's, and nobody else's. Of what else a header may have, the
 * destination is not used, and of version 2 the fields behind the addresses (TLVs) are stepped over
 * but for the checksum, which must be right where there is one. Refuses to say whether the proxy is
 * to be believed. Pure. */
#ifndef CAPTURE_PROXYHEAD_H
#define CAPTURE_PROXYHEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* Bytes of the longest header that is read; of version 1 there are at most 107. */
#define PROXYHEAD_MAX 4096

enum proxyhead {
	PROXYHEAD_MORE,  /* all of these bytes belong to a header that is not whole yet */
	PROXYHEAD_PEER,  /* whole: whose connection it is */
	PROXYHEAD_LOCAL, /* whole: a connection of the proxy itself, such as a health check */
	/* what is refused */
	PROXYHEAD_ABSENT,   /* these bytes begin no header */
	PROXYHEAD_TLS,      /* the same, and they look like a TLS handshake */
	PROXYHEAD_FRAMES,   /* the same, and they look like frames */
	PROXYHEAD_UNKNOWN,  /* the proxy does not tell an address */
	PROXYHEAD_UNIX,     /* the address is that of a UNIX socket */
	PROXYHEAD_DATAGRAM, /* the connection is none of TCP */
	PROXYHEAD_VERSION,  /* neither 1 nor 2 */
	PROXYHEAD_COMMAND,  /* neither LOCAL nor PROXY */
	PROXYHEAD_LONG,
	PROXYHEAD_MALFORMED,
	PROXYHEAD_CHECKSUM, /* is wrong */
	PROXYHEAD_ADDRESS,  /* no host can have that address */
	/* what only the one says that reads the connection */
	PROXYHEAD_EMPTY,  /* the connection ended before a byte */
	PROXYHEAD_CUT,    /* within the header */
	PROXYHEAD_BROKEN, /* by an error */
	PROXYHEAD_LATE,   /* the header is not whole in time */
	PROXYHEAD_KINDS
};

struct proxyhead_peer {
	struct addr addr; /* normalised; PEER */
	uint16_t port;    /* host order; PEER */
	size_t used;      /* bytes that belong to the header: MORE, PEER, LOCAL */
};

/* What the first `len` bytes of a connection are. */
enum proxyhead proxyhead_read(const uint8_t *data, size_t len, struct proxyhead_peer *out);

/* Why a connection is refused, for the log. */
const char *proxyhead_reason(enum proxyhead found);

#endif
