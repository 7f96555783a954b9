/* calendar: see calendar.h. */
#include "base/calendar.h"

#define ERA 146097 /* days of 400 years */

/* A year begins with March here, so that the leap day is its last, and day 0 of an era is a first
 * of March; 719468 days later is 1970-01-01. */
int64_t calendar_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void calendar_date(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t from = days + 719468, era = (from >= 0 ? from : from - (ERA - 1)) / ERA;
	int64_t left = from - era * ERA;
	int64_t of_era = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	int of_year = (int)(left - (365 * of_era + of_era / 4 - of_era / 100));
	int m = (5 * of_year + 2) / 153;

	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = of_era + era * 400 + (*month <= 2);
}

int64_t calendar_age(int64_t now, int64_t then)
{
	int64_t age;

	if (__builtin_sub_overflow(now, then, &age))
		return then < 0 ? INT64_MAX : INT64_MIN;
	return age;
}
