/* webpage: a snapshot and the last day as one page of HTML that needs nothing besides itself.
 *
 * No script, nothing is fetched; light or dark as the browser wants it. */
#ifndef WATCH_WEBPAGE_H
#define WATCH_WEBPAGE_H

#include <stdio.h>

#include "watch/day.h"
#include "watch/snapshot.h"

void webpage_print(const struct snapshot *s, const struct day *day, FILE *to);

#endif
