/* numbers: amounts and spans of time in few characters. Pure. */
#ifndef WATCH_NUMBERS_H
#define WATCH_NUMBERS_H

#include <stdint.h>

#define NUMBERS_MAX 24

/* "999", "1.5k", "23k", "4.2M" … by thousands; a rate below 10 has a digit behind the point. */
const char *numbers_count(uint64_t n, char out[NUMBERS_MAX]);
const char *numbers_rate(double n, char out[NUMBERS_MAX]);

/* Of milliseconds: "5s", "12m", "3h", "47h", "12d"; more than 10000 days: ">10000d". */
const char *numbers_span(int64_t ms, char out[NUMBERS_MAX]);

/* How long ago it was; "-" for 0, which is never. */
const char *numbers_ago(int64_t now, int64_t when, char out[NUMBERS_MAX]);

#endif
