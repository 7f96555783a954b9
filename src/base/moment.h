/* moment: a time of the local clock as text, "YYYY-MM-DD HH:MM:SS", and the reverse.
 *
 * In the time zone of the process (zone). Refuses every other form, and a time that the clock never
 * shows. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stdbool.h>
#include <time.h>

/* "YYYY-MM-DD HH:MM" or "YYYY-MM-DD HH:MM:SS", the whole text. Of an hour that comes twice, because
 * clocks go back, the first. False: the output is untouched. */
bool moment_parse(const char *text, time_t *out);

#define MOMENT_TEXT_MAX 48

/* With the offset from UTC behind it: "2026-10-25 02:00:00 +0200". */
const char *moment_format(time_t t, char out[MOMENT_TEXT_MAX]);

#endif
