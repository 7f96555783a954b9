/* clients: which clients have an address.
 *
 * The list of client addresses, looked up by longest prefix. Refuses to say whether there is room
 * for a connection (server/connection_limits), and to admit it (server/admission). Pure: no I/O;
 * the table allocates when it is built, never afterwards. */
#ifndef CONFIG_CLIENTS_H
#define CONFIG_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/region.h"
#include "config/config.h"

struct admit_entry {
	struct addr_net net;
	uint32_t client; /* the caller's number of the client */
};

struct clients_table; /* sorted by family, prefix length (longest first), address, client */

/* In the region; the entries, which it sorts, are its own from here on, and live at least as long.
 * NULL when there is no memory. */
struct clients_table *clients_table_new(struct region *r, struct admit_entry *entries, size_t n);

/* Of all addresses of a configuration, in its region: entry.client is the index into clients. */
struct clients_table *clients_table_of(const struct config *c);

/* All clients in the order of their names, those of one name in the order of the file. In the
 * region; NULL when there is no memory. */
const struct config_client **clients_by_name(const struct config *c);

/* The entries of the longest prefix that holds the address: *n of them in a row (several when
 * clients share an address), in the order of their client numbers. NULL and 0 when unlisted. */
const struct admit_entry *admit_find(
    const struct clients_table *t, const struct addr *a, size_t *n);

/* How many connections the clients of a row may have together from one address: per-client of each
 * of them, as only a certificate tells them apart. */
uint64_t admit_per_client(const struct config *c, const struct admit_entry *row, size_t n);

/* The next pair of entries with the same network, of two clients or twice of one, or false. *from
 * is 0 at first. */
bool admit_shared(const struct clients_table *t, size_t *from, const struct admit_entry **first,
    const struct admit_entry **second);

#endif
