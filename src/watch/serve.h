/* serve: answers one HTTP request on standard input, and writes to standard output (inetd).
 *
 * What a peer sends is read by a confined process, which says what is asked for and nothing else;
 * this one looks up what there is, and writes. One deadline ends it. Refuses to know what the
 * answers are made of: bodies come from its caller. */
#ifndef WATCH_SERVE_H
#define WATCH_SERVE_H

#include <stdbool.h>
#include <stdio.h>

#include "daemon/process.h"
#include "watch/request.h"

#define SERVE_SECONDS 10

/* hosts: names by which this may be asked for, beside the machine's; NULL behind the last, of
 * OPTIONS_HOSTS at most. body: writes what is asked for (REQUEST_PAGE, _METRICS or _JSON). False:
 * the request could not be read, or the answer not be written, with errno. */
bool serve(const struct process_kind *kind, const char *const *hosts,
    void (*body)(void *of, enum request what, FILE *to), void *of);

#endif
