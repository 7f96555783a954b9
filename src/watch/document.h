/* document: a snapshot as one JSON document (RFC 8259): everything that is known. Pure.
 *
 * Times are seconds since 1970, and members are missing where there is no value. */
#ifndef WATCH_DOCUMENT_H
#define WATCH_DOCUMENT_H

#include <stdio.h>

#include "watch/snapshot.h"

void document_print(const struct snapshot *s, FILE *to);

#endif
