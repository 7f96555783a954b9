/* moment: see moment.h. */
#include "base/moment.h"

#include <stdio.h>
#include <string.h>

static const char shape[] = "0000-00-00 00:00:00";
#define SHORT 16 /* without the seconds */

static bool has_shape(const char *text)
{
	size_t len = strlen(text);

	if (len != SHORT && len != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	return true;
}

static int number(const char *text, size_t digits)
{
	int n = 0;

	for (size_t i = 0; i < digits; i++)
		n = 10 * n + (text[i] - '0');
	return n;
}

/* When the clock shows that, in or out of daylight saving time. False: it never does. */
static bool shown(const struct tm *wanted, int dst, time_t *out)
{
	struct tm tm = *wanted, back;
	time_t t;

	tm.tm_isdst = dst;
	t = mktime(&tm);
	if (!localtime_r(&t, &back) || back.tm_year != wanted->tm_year ||
	    back.tm_mon != wanted->tm_mon || back.tm_mday != wanted->tm_mday ||
	    back.tm_hour != wanted->tm_hour || back.tm_min != wanted->tm_min ||
	    back.tm_sec != wanted->tm_sec)
		return false;
	*out = t;
	return true;
}

bool moment_parse(const char *text, time_t *out)
{
	struct tm tm = {0};
	time_t t, other;
	bool first, second;

	if (!has_shape(text))
		return false;
	tm.tm_year = number(text, 4) - 1900;
	tm.tm_mon = number(text + 5, 2) - 1;
	tm.tm_mday = number(text + 8, 2);
	tm.tm_hour = number(text + 11, 2);
	tm.tm_min = number(text + 14, 2);
	tm.tm_sec = text[SHORT] ? number(text + SHORT + 1, 2) : 0;
	first = shown(&tm, 1, &t);
	second = shown(&tm, 0, &other);
	if (second && (!first || other < t))
		t = other;
	if (first || second)
		*out = t;
	return first || second;
}

const char *moment_format(time_t t, char out[MOMENT_TEXT_MAX])
{
	struct tm tm;

	if (!localtime_r(&t, &tm) ||
	    strftime(out, MOMENT_TEXT_MAX, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		snprintf(out, MOMENT_TEXT_MAX, "%lld s since 1970", (long long)t);
	return out;
}
