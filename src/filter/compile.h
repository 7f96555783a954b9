/* compile: libpcap's filter language, from an expression to a program.
 *
 * For one link type at a time: libpcap looks names of hosts and services up, so this is done where
 * that is wanted, or nothing can be opened, and not where packets are. libpcap is no part of the
 * program: it brings some twenty libraries, which every fork would pay for, and is loaded by who
 * has a filter. Refuses to read captures. */
#ifndef FILTER_COMPILE_H
#define FILTER_COMPILE_H

#include "filter/program.h"

#define FILTER_WHY_MAX 256

/* Before anything below, and before a sandbox: files are opened. Again it does nothing. False with
 * a reason. */
bool filter_load(char why[FILTER_WHY_MAX]);
bool filter_is_loaded(void);

/* Whether the expression is none of the language, for whatever link type; `why` has the reason. */
bool filter_is_wrong(const char *expression, char why[FILTER_WHY_MAX]);

/* link_type: as files have it; big: the byte order of the file, which some link types have, too.
 * False with a reason when the expression has no meaning there. */
bool filter_compile(struct filter_program *out, const char *expression, uint16_t link_type,
    bool big, char why[FILTER_WHY_MAX]);

void filter_free(struct filter_program *f);

#endif
