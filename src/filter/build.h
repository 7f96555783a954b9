/* build: an expression, compiled for every link type for which libpcap can.
 *
 * Takes as long as libpcap takes; refuses to bound that (apart does). */
#ifndef FILTER_BUILD_H
#define FILTER_BUILD_H

#include "filter/compile.h"
#include "filter/table.h"

/* Allocated; NULL with a reason when there is no link type, or no memory. */
struct filter_table *filter_build(const char *expression, char why[FILTER_WHY_MAX]);

#endif
