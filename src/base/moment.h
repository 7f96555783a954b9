/* moment: the local clock: its zone, in which base/when reads times, and a time of it as text.
 *
 * By the time zone of the process (zone). Refuses to read texts itself. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stdint.h>
#include <time.h>

#include "base/when.h"

extern const struct when_zone moment_zone;

/* Nanoseconds since 1970. */
int64_t moment_now(void);

#define MOMENT_TEXT_MAX 48

/* With the offset from UTC behind it: "2026-10-25 02:00:00 +0200". */
const char *moment_format(time_t t, char out[MOMENT_TEXT_MAX]);

#endif
