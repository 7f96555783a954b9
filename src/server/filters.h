/* filters: the filters of a configuration, compiled: equal ones once.
 *
 * So that a child has the program of its client from its birth. Each is compiled in a confined
 * process (filter/apart), all of them within a bounded time; what is wrong becomes a problem with
 * file and line. libpcap is loaded for the first configuration, if there is a filter in it: later
 * it cannot be. Refuses to run a program. */
#ifndef SERVER_FILTERS_H
#define SERVER_FILTERS_H

#include "base/problem.h"
#include "config/config.h"
#include "filter/table.h"

struct filters_one {
	const char *text;
	const struct filter_table *table; /* NULL: it is wrong */
	const char *why;
};

/* In the region of the configuration. */
struct filters {
	struct filters_one *v;
	size_t n;
	uint64_t last; /* number that was given to a table */
};

/* Sets the table of the server and of each client. before: of the configuration in effect, or NULL:
 * what stands in it, too, is not compiled again, and keeps its number. */
void filters_open(
    struct filters *f, struct config *c, const struct filters *before, struct problems *problems);

/* The table with that number, or NULL. */
const struct filter_table *filters_numbered(const struct filters *f, uint64_t number);

#endif
