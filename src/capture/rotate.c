/* rotate: see rotate.h. */
#include "capture/rotate.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/parse.h"

#define MINUTE 60
#define HOUR   3600
#define DAY    86400

/* Far beyond any change of a zone's offset that is still near a period's edge. */
#define NEAR (2 * DAY)

static const struct {
	const char *name;
	unsigned max_mod;
	long length; /* seconds, the longest there is */
} units[] = {
    [ROTATE_NEVER] = {"never", 1, 0},
    [ROTATE_SECOND] = {"second", 60, 1},
    [ROTATE_MINUTE] = {"minute", 60, MINUTE},
    [ROTATE_HOUR] = {"hour", 24, HOUR},
    [ROTATE_DAY] = {"day", 31, DAY},
    [ROTATE_MONTH] = {"month", 12, 31L * DAY},
    [ROTATE_YEAR] = {"year", 9999, 366L * DAY},
};

const char *rotate_parse(const char *text, struct rotate *out)
{
	const char *space = strchr(text, ' ');
	size_t n = space ? (size_t)(space - text) : strlen(text);
	uint64_t mod = 1;

	for (unsigned u = 0; u < sizeof(units) / sizeof(*units); u++) {
		if (strlen(units[u].name) != n || memcmp(text, units[u].name, n) != 0)
			continue;
		if (space && (u == ROTATE_NEVER || strncmp(space, " mod ", 5) != 0))
			return "expected 'UNIT mod N'";
		if (space && !parse_number(space + 5, 1, units[u].max_mod, &mod))
			return "the number after mod is out of range";
		*out = (struct rotate){.unit = (enum rotate_unit)u, .mod = (unsigned)mod};
		return NULL;
	}
	return "expected second, minute, hour, day, month, year or never";
}

bool rotate_sound(const struct rotate *r)
{
	return (unsigned)r->unit < sizeof(units) / sizeof(*units) && r->mod >= 1 &&
	       r->mod <= units[r->unit].max_mod;
}

const char *rotate_format(const struct rotate *r, char out[ROTATE_TEXT_MAX])
{
	if (r->mod == 1)
		snprintf(out, ROTATE_TEXT_MAX, "%s", units[r->unit].name);
	else
		snprintf(out, ROTATE_TEXT_MAX, "%s mod %u", units[r->unit].name, r->mod);
	return out;
}

/* ---- the wall clock as a number: seconds since 1970 as if the zone were UTC ---- */

static int64_t wall_of(const struct tm *tm)
{
	return calendar_days((int64_t)tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday) * DAY +
	       tm->tm_hour * HOUR + tm->tm_min * MINUTE + tm->tm_sec;
}

/* The local time, where a leap second is a 59 that lasts. */
static bool shows(time_t when, rotate_clock *local, struct tm *tm)
{
	if (!local(&when, tm))
		return false;
	if (tm->tm_sec > 59)
		tm->tm_sec = 59;
	return true;
}

static int64_t wall(time_t when, rotate_clock *local)
{
	struct tm tm;

	return shows(when, local, &tm) ? wall_of(&tm) : (int64_t)when;
}

/* The first beginning of a period that the wall clock shows after the time in tm. */
static int64_t next_boundary(const struct rotate *r, const struct tm *tm)
{
	int64_t year = (int64_t)tm->tm_year + 1900, month, mod = r->mod;
	int64_t day = calendar_days(year, tm->tm_mon + 1, 1);
	int64_t limit;
	int64_t next;

	switch (r->unit) {
	case ROTATE_SECOND:
		limit = wall_of(tm) - tm->tm_sec + MINUTE;
		next = wall_of(tm) - tm->tm_sec % mod + mod;
		return next < limit ? next : limit;
	case ROTATE_MINUTE:
		limit = wall_of(tm) - tm->tm_sec - tm->tm_min * MINUTE + HOUR;
		next = limit - HOUR + (tm->tm_min / mod + 1) * mod * MINUTE;
		return next < limit ? next : limit;
	case ROTATE_HOUR:
		day += tm->tm_mday - 1;
		limit = (day + 1) * DAY;
		next = day * DAY + (tm->tm_hour / mod + 1) * mod * HOUR;
		return next < limit ? next : limit;
	case ROTATE_DAY:
		limit = calendar_days(year + (tm->tm_mon == 11), (tm->tm_mon + 1) % 12 + 1, 1);
		next = day + ((tm->tm_mday - 1) / mod + 1) * mod;
		return (next < limit ? next : limit) * DAY;
	case ROTATE_MONTH:
		month = (tm->tm_mon / mod + 1) * mod;
		if (month >= 12)
			return calendar_days(year + 1, 1, 1) * DAY;
		return calendar_days(year, (int)month + 1, 1) * DAY;
	case ROTATE_YEAR:
		return calendar_days((year / mod + 1) * mod, 1, 1) * DAY;
	case ROTATE_NEVER:
		break;
	}
	return INT64_MAX;
}

/* ---- changes of the zone's offset ---- */

/* The first instant in (from, to] at which the offset is not that of `from`; `to + 1` when there
 * is none. Offsets that change and change back within an hour are not noticed. */
static time_t offset_change(time_t from, time_t to, rotate_clock *local)
{
	int64_t offset = wall(from, local) - from;
	time_t low = from;

	while (low < to) {
		time_t high = to - low > HOUR ? low + HOUR : to;

		if (wall(high, local) - high == offset) {
			low = high;
			continue;
		}
		while (high - low > 1) {
			time_t mid = low + (high - low) / 2;

			if (wall(mid, local) - mid == offset)
				low = mid;
			else
				high = mid;
		}
		return high;
	}
	return to + 1;
}

/* Whether a wall clock that shows w shows the beginning of a period. */
static bool is_boundary(const struct rotate *r, int64_t w)
{
	time_t before = (time_t)(w - 1);
	struct tm tm;

	return gmtime_r(&before, &tm) && next_boundary(r, &tm) == w;
}

/* The first instant after `opened` at which the wall clock shows the beginning of a period, or
 * leaps past the next one. */
static time_t wall_end(const struct rotate *r, time_t opened, rotate_clock *local)
{
	time_t at = opened;

	for (;;) {
		struct tm tm;
		int64_t boundary, shown;
		time_t end, stop, change;

		if (!shows(at, local, &tm))
			return at + units[r->unit].length * (long)r->mod;
		boundary = next_boundary(r, &tm);
		end = at + (time_t)(boundary - wall_of(&tm));

		/* A long period is looked at near both of its edges only: in between no change of
		 * the offset can show a boundary. */
		stop = end - at > 2 * NEAR ? at + NEAR : end;
		change = offset_change(at, stop, local);
		if (change > stop && stop == end)
			return end;
		if (change > stop) {
			at = end - NEAR; /* in the offset that holds there */
			continue;
		}
		shown = wall(change, local);
		if (shown >= boundary || is_boundary(r, shown))
			return change;
		at = change;
	}
}

struct rotate_period rotate_period(const struct rotate *r, time_t opened, rotate_clock *local)
{
	long length = units[r->unit].length * (long)r->mod;
	struct rotate_period p;

	if (r->unit == ROTATE_NEVER)
		return (struct rotate_period){.begin = INT64_MIN, .end = INT64_MAX};
	p.begin = opened - length;
	p.end = wall_end(r, opened, local);
	if (r->unit <= ROTATE_HOUR && p.end > opened + length)
		p.end = opened + length;
	if (p.end <= opened) /* a zone that shows leap seconds */
		p.end = opened + 1;
	return p;
}

size_t rotate_boundaries(
    const struct rotate *r, time_t from, rotate_clock *local, time_t *end, size_t n)
{
	if (r->unit == ROTATE_NEVER)
		return 0;
	for (size_t i = 0; i < n; i++)
		from = end[i] = rotate_period(r, from, local).end;
	return n;
}
