/* verdict: whether all is well, in one line, for monitoring systems.
 *
 * Exit statuses are those of Nagios plugins. Pure. */
#ifndef WATCH_VERDICT_H
#define WATCH_VERDICT_H

#include <stdio.h>

#include "watch/snapshot.h"

enum verdict {
	VERDICT_WELL,
	VERDICT_WARNING,
	VERDICT_CRITICAL,
	VERDICT_UNKNOWN
};

/* Prints the line. */
enum verdict verdict_print(const struct snapshot *s, FILE *to);

#endif
