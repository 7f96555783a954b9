/* apart: compiles an expression in a process of its own, which can open nothing and is killed when
 * it takes too long.
 *
 * So nothing that is written in a filter makes its reader wait for a name server or hang: names of
 * hosts and services are unknown there, numbers are not. The process is forked, ends, and is
 * waited for. */
#ifndef FILTER_APART_H
#define FILTER_APART_H

#include "base/region.h"
#include "daemon/sandbox.h"
#include "filter/build.h"

/* Seconds of CPU time for an expression. */
#define FILTER_CPU 10

/* In the region, with number 0; NULL with a reason. until_ms: when the process is killed, as
 * io_monotonic_ms(). role: what it may still do. */
struct filter_table *filter_build_apart(const struct sandbox_role *role, const char *expression,
    struct region *r, int64_t until_ms, char why[FILTER_WHY_MAX]);

#endif
