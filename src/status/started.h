/* started: when a process was started, by which the one that a row of a status area speaks of is
 * known again: its number may be another process's by now.
 *
 * Refuses to say whether there is the process: what cannot be seen may only be hidden. */
#ifndef STATUS_STARTED_H
#define STATUS_STARTED_H

#include <stdbool.h>
#include <stdint.h>

#include "status/layout.h"

/* In milliseconds of CLOCK_BOOTTIME; -1: it cannot be seen. */
int64_t started_ms(uint32_t pid);

/* Whether a process that was started then is the one of the row. */
bool started_is_of(int64_t ms, const struct status_child *row);

#endif
