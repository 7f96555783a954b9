/* moment: see moment.h. */
#include "base/moment.h"

#include <stdio.h>

static int64_t east(void *of, int64_t utc)
{
	time_t t = (time_t)utc;
	struct tm tm;

	(void)of;
	return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

const struct when_zone moment_zone = {east, NULL};

int64_t moment_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

const char *moment_format(time_t t, char out[MOMENT_TEXT_MAX])
{
	struct tm tm;

	if (!localtime_r(&t, &tm) ||
	    strftime(out, MOMENT_TEXT_MAX, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		snprintf(out, MOMENT_TEXT_MAX, "%lld s since 1970", (long long)t);
	return out;
}
