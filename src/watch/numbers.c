/* numbers: see numbers.h. */
#include "watch/numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* More, of a rate of a few bytes, is no forecast. */
#define DAYS_MAX INT64_C(10000)

static const char *scaled(double n, char out[NUMBERS_MAX])
{
	static const char unit[] = "kMGTPE";
	size_t u = 0;

	for (n /= 1000; n >= 999.5 && u + 1 < strlen(unit); u++)
		n /= 1000;
	snprintf(out, NUMBERS_MAX, n < 9.95 ? "%.1f%c" : "%.0f%c", n, unit[u]);
	return out;
}

const char *numbers_count(uint64_t n, char out[NUMBERS_MAX])
{
	if (n >= 1000)
		return scaled((double)n, out);
	snprintf(out, NUMBERS_MAX, "%" PRIu64, n);
	return out;
}

const char *numbers_rate(double n, char out[NUMBERS_MAX])
{
	if (n >= 999.5)
		return scaled(n, out);
	if (n < 0.05)
		snprintf(out, NUMBERS_MAX, "0");
	else
		snprintf(out, NUMBERS_MAX, n < 9.95 ? "%.1f" : "%.0f", n);
	return out;
}

const char *numbers_span(int64_t ms, char out[NUMBERS_MAX])
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	if (s < 100)
		snprintf(out, NUMBERS_MAX, "%" PRId64 "s", s);
	else if (s < 100 * 60)
		snprintf(out, NUMBERS_MAX, "%" PRId64 "m", s / 60);
	else if (s < 48 * 3600)
		snprintf(out, NUMBERS_MAX, "%" PRId64 "h", s / 3600);
	else if (s <= DAYS_MAX * 86400)
		snprintf(out, NUMBERS_MAX, "%" PRId64 "d", s / 86400);
	else
		snprintf(out, NUMBERS_MAX, ">%" PRId64 "d", DAYS_MAX);
	return out;
}

const char *numbers_ago(int64_t now, int64_t when, char out[NUMBERS_MAX])
{
	if (when > 0)
		return numbers_span(now - when, out);
	snprintf(out, NUMBERS_MAX, "-");
	return out;
}
