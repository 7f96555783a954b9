/* list: the captures of a catalog, a line each, for people or as JSON.
 *
 * Refuses to choose them. */
#ifndef READ_LIST_H
#define READ_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "read/catalog.h"
#include "view/when.h"

/* False when the index cannot be read on, which was told. Errors of `to` are the caller's. */
bool list_print(struct catalog *c, const struct when_zone *zone, bool json, FILE *to);

#endif
