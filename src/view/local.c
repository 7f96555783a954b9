/* local: see local.h. */
#include "view/local.h"

#include <stddef.h>
#include <time.h>

int64_t local_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t local_east(void *of, int64_t utc)
{
	time_t t = (time_t)utc;
	struct tm tm;

	(void)of;
	return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

const struct when_zone local_zone = {local_east, NULL};
