/* filters: the programs of one expression, for the link types that came up so far.
 *
 * Refuses to compile (filter/compile). */
#ifndef READ_FILTERS_H
#define READ_FILTERS_H

#include "filter/program.h"

/* For so many link types one capture may ask; more than this is nonsense. */
#define FILTERS_ASKED_MAX 64u

/* One expression for the link types that came up so far. */
struct filters {
	const char *expression;          /* NULL: every packet matches */
	struct filter_program **program; /* by link type; NULL: it did not come up yet */
};

/* False without memory. */
bool filters_init(struct filters *f, const char *expression);
void filters_free(struct filters *f);

/* Of filters with an expression. NULL: the link type did not come up yet. Empty where the
 * expression means nothing. */
const struct filter_program *filters_find(const struct filters *f, uint16_t link_type);

/* A place for the program of a link type that did not come up yet, empty. NULL without memory. */
struct filter_program *filters_add(struct filters *f, uint16_t link_type);

#endif
