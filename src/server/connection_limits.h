/* connection_limits: whether there is room for one more connection, by the limits of the
 * configuration.
 *
 * The comparisons alone: the caller counts, and acts (server/admission). Pure. */
#ifndef SERVER_CONNECTION_LIMITS_H
#define SERVER_CONNECTION_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct admit_counts {
	unsigned children, unestablished;
	unsigned of_peer; /* same address, and same client where that is known */
};

struct admit_limits {
	unsigned children, unestablished;
	uint64_t of_peer; /* the per-client of all clients that the peer may be */
};

/* A new connection can be forked for at all; when not, it stays in the accept queue. */
static inline bool admit_room(const struct admit_counts *now, const struct admit_limits *max)
{
	return now->children < max->children && now->unestablished < max->unestablished;
}

/* A listed client has not too many connections of its own. Clients that only a certificate tells
 * apart have their shares together. */
static inline bool admit_peer(const struct admit_counts *now, const struct admit_limits *max)
{
	return now->of_peer < max->of_peer;
}

#endif
