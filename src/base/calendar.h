/* calendar: dates of the proleptic Gregorian calendar as days since 1970, and back.
 *
 * And how old something is. Refuses to know time zones. Pure. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdint.h>

/* Days from 1970-01-01 to a date; month 1..12. */
int64_t calendar_days(int64_t year, int month, int day);

/* The reverse. */
void calendar_date(int64_t days, int64_t *year, int *month, int *day);

/* Seconds from one time to another, whatever times they are: at the ends of its range rather than
 * beyond. */
int64_t calendar_age(int64_t now, int64_t then);

#endif
